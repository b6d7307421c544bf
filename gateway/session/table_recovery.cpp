// Sessions that outlive their connection (socket.io documentation, "Connection state recovery").
#include <utility>

#include "gateway/session/table.h"

namespace polygate::session {

bool SessionTable::State::detach(Session& session) {
  if (common.is_draining || !session.recovery || session.ending) return false;
  const profile::RecoverySettings& settings = session.profile->engine.recovery;
  Meter::Profile& counts = common.counts(session);
  if (counts.detached >= settings.sessions) {
    services.log->write_rarely("limit recovery", Level::warn, "a session ends with its connection",
                               {{"limit", "recovery sessions"}, {"profile", session.profile->name}});
    return false;
  }
  ++counts.detached;
  endings.let_go(session);
  if (session.replays) replayer.go_on(session);
  if (session.ending) return true;  // it has missed too much already
  claims.answer_askers(session, Direct::Kind::dead);
  deadlines.set(session, Deadline::detached, settings.within);
  return true;
}

std::optional<Resumed> SessionTable::State::resume(Session& session, const Resumption& resumption) {
  Meter::Profile& counts = common.counts(session);
  auto missed = session.recovery->history.after(resumption.offset);
  if (!missed) {
    ++counts.not_resumed;
    endings.end(session, {close_code(Reason::taken), "replaced by a new connection"}, std::nullopt);
    return std::nullopt;
  }
  ++counts.resumed;
  if (session.is_detached()) --counts.detached;
  deadlines.clear(session, Deadline::detached);
  Carrier* const before = std::exchange(session.carrier, resumption.carrier);
  session.full = false;
  session.place = resumption.place;
  session.set_address(std::string(resumption.address));
  session.recovery->history.caught_up();
  claims.answer_askers(session, Direct::Kind::alive);
  if (before != nullptr) before->let_go();
  if (session.replays) session.carrier->tell_when_drained();
  return Resumed{session.id(), std::move(*missed)};
}

bool SessionTable::detach(SessionId id) {
  Session* session = state_->sessions.find_live(id);
  return session != nullptr && state_->detach(*session);
}

std::optional<SecretId> SessionTable::recovery_key(SessionId id) const {
  const Session* session = state_->sessions.find(id);
  return session && session->recovery ? std::optional(session->recovery->key) : std::nullopt;
}

std::optional<Resumed> SessionTable::resume(const Resumption& resumption) {
  Session* session = state_->sessions.find(resumption.key);
  const bool is_its = session && &session->endpoint == resumption.endpoint &&
                      session->recovery->name_space == resumption.name_space && !session->ending;
  if (!is_its) return std::nullopt;
  auto resumed = state_->resume(*session, resumption);
  state_->endings.settle();
  return resumed;
}

void SessionTable::drain() {
  state_->common.is_draining = true;
  state_->timed_due = {};
  state_->sessions.for_each([&](Session& session) {
    if (session.is_detached()) state_->endings.end(session, {1001, "going away"}, std::nullopt);
  });
  state_->endings.settle();
}

Abandoned SessionTable::abandon() {
  Abandoned left;
  left.sessions = state_->sessions.size();
  left.turns = state_->turns.size();
  state_->sessions.for_each([&](Session& session) {
    if (!session.has_waiting()) return;
    left.events += session.waiting->size();
    state_->endings.silence(session, Dropped::drained);
  });
  return left;
}

}  // namespace polygate::session
