#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/session/common.h"
#include "gateway/session/dispatch.h"
#include "gateway/session/paused.h"
#include "gateway/session/presence_table.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// The rules of `presence`, for the names whose topics the Exchange has this worker watch. Its turns come one at a time
/// for each name, and wait while so much waits for a worker that something on this one sent to.
class Presences final : public Watcher {
 public:
  /// Turns in flight: what waits for handlers has no bound of its own.
  static constexpr std::size_t kAtOnce = 64;

  Presences(Common& common, const Dispatch& dispatch, const Paused& paused, turns::TurnTable& turns);

  void heard(const std::vector<Attendance::Change>& changes) override;
  void tick(Instant now);
  /// Takes what is to be told, as far as it may.
  void go_on();
  /// A turn has ended, of whomever.
  void is_over(const turns::Turn& turn);
  /// We are shutting down: nothing more is told.
  void stop() { is_stopped_ = true; }
  std::optional<Instant> next_due() const { return is_stopped_ ? std::nullopt : table_.next_due(); }

 private:
  void take(const PresenceTable::Word& word);

  Common& common_;
  const Dispatch& dispatch_;
  const Paused& paused_;
  turns::TurnTable& turns_;
  std::map<std::string, std::uint16_t, std::less<>> profiles_;  ///< that have such rules: name -> index
  PresenceTable table_;
  std::unordered_map<std::uint64_t, std::string> told_;  ///< in turns that are in flight: TurnId::number -> key
  bool is_stopped_ = false;
};

}  // namespace polygate::session
