#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/session/common.h"
#include "gateway/turns/turn.h"

namespace polygate::session {

/// Finds the rule for an event, and where the event is counted: Meter::Profile::events is in its order.
class Dispatch {
 public:
  /// Names what is counted, in `common.meter`.
  explicit Dispatch(Common& common);

  /// The event's rule for the sender's role and its data, or why there is none. Tells the turn where its event is
  /// counted.
  const profile::Rule* rule_for(const Session& session, turns::Turn& turn, std::optional<Failure>& failure) const;
  /// Where an event is counted that the profile does not know, or none.
  std::uint16_t unknown(std::uint16_t profile_index) const { return profiles_[profile_index].unknown_index; }

 private:
  struct Event {
    std::uint16_t index = 0;
    const std::vector<profile::Rule>* rules = nullptr;
  };
  struct Profile {
    std::unordered_map<std::string_view, Event> events;
    std::uint16_t unknown_index = 0;
  };
  std::vector<Profile> profiles_;
};

}  // namespace polygate::session
