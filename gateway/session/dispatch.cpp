#include "gateway/session/dispatch.h"

#include <string>
#include <utility>

#include "gateway/base/utf8.h"
#include "gateway/rules/choice.h"

namespace polygate::session {

Dispatch::Dispatch(Common& common) {
  for (const profile::ProfilePtr& profile : common.services.profiles) {
    Profile entry;
    Meter::Profile counts;
    for (const auto& [name, rules] : profile->events) {
      entry.events.emplace(name, Event{static_cast<std::uint16_t>(counts.events.size()), &rules});
      counts.events.push_back(name);
    }
    entry.unknown_index = static_cast<std::uint16_t>(counts.events.size());
    counts.events.emplace_back();
    counts.roles = profile->roles;
    counts.counts.assign(counts.events.size() * counts.roles.size() * Meter::kVerdicts, 0);
    profiles_.push_back(std::move(entry));
    common.meter.profiles.push_back(std::move(counts));
  }
}

const profile::Rule* Dispatch::rule_for(const Session& session, turns::Turn& turn,
                                        std::optional<Failure>& failure) const {
  const auto& events = profiles_[session.profile_index].events;
  const auto dispatch = events.find(turn.name);
  if (dispatch == events.end()) {
    failure = Failure{Reason::unknown, "unknown event \"" + std::string(utf8_prefix(turn.name, 64)) + "\""};
    return nullptr;
  }
  turn.event_index = dispatch->second.index;
  return rules::choose(*session.profile, *dispatch->second.rules, session.current_role, turn.event, failure);
}

}  // namespace polygate::session
