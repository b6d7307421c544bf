// Sessions that outlive their connection (socket.io documentation, "Connection state recovery").
#include <utility>

#include "gateway/session/table.h"

namespace polygate::session {
namespace {

/// A client hears what was said until the loss of its connection was noticed, too.
Millis history_age(const Session& session) {
  const profile::PingPolicy& ping = session.endpoint.ping;
  return session.profile->engine.recovery.within + ping.every + ping.timeout;
}

}  // namespace

void SessionTable::State::note_said(Session& session, const FramePtr& frame) {
  const profile::Profile& profile = *session.profile;
  // Half of what may wait for the client: there must be room for what is said to it next.
  const History::Limits limits{profile.engine.recovery.events, profile.limits.outbox_bytes / 2, history_age(session)};
  History& history = session.recovery->history;
  if (!session.is_detached()) return history.said(frame, services.clock->now(), limits);
  if (!history.missed(frame, services.clock->now(), limits)) end(session, {1013, "missed too much"}, std::nullopt);
}

bool SessionTable::State::detach(Session& session) {
  if (draining || !session.recovery || session.ending) return false;
  const profile::RecoverySettings& settings = session.profile->engine.recovery;
  Meter::Profile& counts = meter.profiles[session.profile_index];
  if (counts.detached >= settings.sessions) {
    services.log->write_rarely("limit recovery", Level::warn, "a session ends with its connection",
                               {{"limit", "recovery sessions"}, {"profile", session.profile->name}});
    return false;
  }
  ++counts.detached;
  let_go(session);
  if (session.replays) replay_some(session, false);
  if (session.ending) return true;  // it has missed too much already
  answer_askers(session, Direct::Kind::dead);
  later(session, TimerKind::detached, settings.within, session.end_timer);
  return true;
}

std::optional<Resumed> SessionTable::State::resume(Session& session, const Resumption& resumption) {
  Meter::Profile& counts = meter.profiles[session.profile_index];
  auto missed = session.recovery->history.after(resumption.offset);
  if (!missed) {
    ++counts.not_resumed;
    end(session, {close_code(Reason::taken), "replaced by a new connection"}, std::nullopt);
    if (session.carrier == nullptr) began_to_end.push_back(session.id());
    return std::nullopt;
  }
  ++counts.resumed;
  if (session.is_detached()) --counts.detached;
  timers.remove(session.end_timer);
  Carrier* const before = std::exchange(session.carrier, resumption.carrier);
  session.full = false;
  session.place = resumption.place;
  session.set_address(std::string(resumption.address));
  session.recovery->history.caught_up();
  answer_askers(session, Direct::Kind::alive);
  if (before != nullptr) before->let_go();
  if (session.replays) session.carrier->tell_when_drained();
  return Resumed{session.id(), std::move(*missed)};
}

bool SessionTable::detach(SessionId id) {
  Session* session = state_->find_live(id);
  return session != nullptr && state_->detach(*session);
}

std::optional<SecretId> SessionTable::recovery_key(SessionId id) const {
  const Session* session = state_->find(id);
  return session && session->recovery ? std::optional(session->recovery->key) : std::nullopt;
}

std::optional<Resumed> SessionTable::resume(const Resumption& resumption) {
  const SecretId& key = resumption.key;
  const std::unique_ptr<Session>* at = key.worker == state_->worker ? state_->slots.find(key.slot) : nullptr;
  Session* const session = at != nullptr ? at->get() : nullptr;
  const bool is_its = session && session->recovery && session->recovery->key == key &&
                      &session->endpoint == resumption.endpoint &&
                      session->recovery->name_space == resumption.name_space && !session->ending;
  if (!is_its) return std::nullopt;
  auto resumed = state_->resume(*session, resumption);
  state_->settle();
  return resumed;
}

void SessionTable::drain() {
  state_->draining = true;
  state_->timed_due = {};
  for (const auto& session : state_->slots) {
    if (session && session->is_detached()) state_->end(*session, {1001, "going away"}, std::nullopt);
  }
  state_->settle();
}

Abandoned SessionTable::abandon() {
  Abandoned left;
  left.sessions = state_->slots.size();
  left.turns = state_->turns.size();
  for (const auto& session : state_->slots) {
    if (!session || !session->has_waiting()) continue;
    left.events += session->waiting->size();
    state_->silence(*session, Dropped::drained);
  }
  return left;
}

}  // namespace polygate::session
