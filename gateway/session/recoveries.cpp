#include "gateway/session/recoveries.h"

#include <string>
#include <utility>

#include "gateway/base/reason.h"

namespace polygate::session {

Recoveries::Recoveries(Common& common, Sessions& sessions, Deadlines& deadlines, Endings& endings, Claims& claims,
                       Replayer& replayer)
    : common_(common),
      sessions_(sessions),
      deadlines_(deadlines),
      endings_(endings),
      claims_(claims),
      replayer_(replayer) {}

bool Recoveries::detach(Session& session) {
  if (common_.is_draining || !session.recovery || session.ending) return false;
  const profile::RecoverySettings& settings = session.profile->engine.recovery;
  Meter::Profile& counts = common_.counts(session);
  if (counts.detached >= settings.sessions) {
    common_.services.log->write_rarely("limit recovery", Level::warn, "a session ends with its connection",
                                       {{"limit", "recovery sessions"}, {"profile", session.profile->name}});
    return false;
  }
  ++counts.detached;
  endings_.let_go(session);
  if (session.replays) replayer_.go_on(session);
  if (session.ending) return true;  // it has missed too much already
  claims_.answer_askers(session, Direct::Kind::dead);
  if (!session.is_leaving()) deadlines_.set(session, Deadline::detached, settings.within);
  return true;
}

std::optional<Resumed> Recoveries::resume(const Resumption& resumption) {
  Session* const found = sessions_.find(resumption.key);
  const bool is_its = found != nullptr && &found->endpoint == resumption.endpoint &&
                      found->recovery->name_space == resumption.name_space && !found->ending;
  if (!is_its) return std::nullopt;
  Session& session = *found;
  Meter::Profile& counts = common_.counts(session);
  auto missed = session.recovery->history.after(resumption.offset);
  if (!missed) {
    ++counts.not_resumed;
    endings_.end(session, {close_code(Reason::taken), "replaced by a new connection"}, std::nullopt);
    return std::nullopt;
  }
  ++counts.resumed;
  if (session.is_detached()) --counts.detached;
  if (!session.is_leaving()) deadlines_.clear(session, Deadline::detached);
  Carrier* const before = std::exchange(session.carrier, resumption.carrier);
  session.full = false;
  session.place = resumption.place;
  session.set_address(std::string(resumption.address));
  session.recovery->history.caught_up();
  claims_.answer_askers(session, Direct::Kind::alive);
  if (before != nullptr) before->let_go();
  if (session.replays) session.carrier->tell_when_drained();
  return Resumed{session.id(), std::move(*missed)};
}

void Recoveries::not_resumed(Session& session) {
  endings_.end(session, {4408, "not resumed"}, std::nullopt);
}

void Recoveries::end_all() {
  sessions_.for_each([&](Session& session) {
    if (session.is_detached()) endings_.end(session, {1001, "going away"}, std::nullopt);
  });
}

}  // namespace polygate::session
