#include "gateway/session/note_verdict.h"

#include <string>

#include "gateway/base/reason.h"

namespace polygate::session {

void note_verdict(Common& common, const turns::Turn& turn, const rules::Verdict& verdict) {
  Meter::Profile& counts = common.meter.profiles[turn.profile_index];
  const profile::Profile& profile = *common.services.profiles[turn.profile_index];
  counts.outgoing += verdict.outgoing;
  counts.outgoing_checked += verdict.checked;
  counts.outgoing_invalid += verdict.broken.size();
  if (!verdict.bad_result.empty()) {
    ++counts.results_invalid;
    common.services.log->write_rarely("broken result", Level::error, "result of a handler not used",
                                      {{"profile", profile.name}, {"what", verdict.bad_result}});
  }
  for (const std::string& broken : verdict.broken) {
    common.services.log->write_rarely("broken outgoing", Level::error, "outgoing event not sent",
                                      {{"profile", profile.name}, {"what", broken}});
  }
  if (turn.overdue) return;  // its verdict was told when it was late
  const bool is_event = turn.rule == nullptr || !turn.name.empty();
  if (!is_event) {  // of opened, closed, timers and their like: a condition that does not hold is no fault
    const auto reason = verdict.failure ? verdict.failure->reason : Reason::absent;
    if (reason != Reason::absent && reason != Reason::forbidden && reason != Reason::taken) {
      common.services.log->write_rarely("opened or closed", Level::warn, "rule failed",
                                        {{"profile", profile.name},
                                         {"rule", turn.rule->place.file + ":" + std::to_string(turn.rule->place.line)},
                                         {"message", verdict.failure->message}});
    }
    return;
  }
  ++counts.incoming_checked;  // whatever its verdict: it came past the checks, and every event ends here
  const std::size_t kind = verdict.failure ? static_cast<std::size_t>(verdict.failure->reason) : Meter::kVerdicts - 1;
  ++counts.count(turn.event_index, turn.role, kind);
  const double took = static_cast<double>(common.services.clock->nanoseconds() - turn.started) * 1e-9;
  counts.times.add(took);
  if (verdict.failure) {
    if (verdict.failure->name == "rate") ++counts.rate_limited;
    common.services.log->write_rarely("refused " + std::string(name(verdict.failure->reason)), Level::info,
                                      "event refused",
                                      {{"profile", profile.name},
                                       {"event", turn.name},
                                       {"role", profile.role_name(turn.role)},
                                       {"reason", name(verdict.failure->reason)},
                                       {"message", verdict.failure->message}});
  }
}

}  // namespace polygate::session
