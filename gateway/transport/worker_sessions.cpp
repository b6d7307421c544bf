// Between a worker's sessions and who carries them.
#include <utility>

#include "gateway/transport/worker.h"

namespace polygate::transport {

SessionId Worker::open_session(SessionOwner& owner, const Route& route, session::Opening opening,
                               auth::IdentityPtr identity) {
  opening_ = &owner;
  const SessionId session = sessions_.open(route.profile, *route.endpoint, std::move(opening), std::move(identity));
  opening_ = nullptr;
  if (by_session_.size() <= session.slot) by_session_.resize(session.slot + std::size_t{1}, nullptr);
  by_session_[session.slot] = &owner;
  return session;
}

void Worker::close_session(Connection& connection) {
  const SessionId session = connection.session();
  connection.set_session({});
  remove_session(session);
}

void Worker::remove_session(SessionId session) {
  by_session_[session.slot] = nullptr;
  sessions_.hang_up(session, session::Gone::lost);
  sessions_.remove(session);
}

bool Worker::detach_session(SessionId session) {
  if (!sessions_.detach(session)) return false;
  by_session_[session.slot] = nullptr;
  return true;
}

std::optional<session::Resumed> Worker::resume_session(SessionOwner& owner, const session::Resumption& resumption) {
  auto resumed = sessions_.resume(resumption);
  if (!resumed) return std::nullopt;
  SessionOwner* before = std::exchange(by_session_[resumed->session.slot], &owner);
  if (before != nullptr) before->let_go(resumed->session);
  return resumed;
}

/// While a session is being made, it may already speak: then its id is the one that nobody knows.
SessionOwner* Worker::of_session(SessionId session) {
  SessionOwner* owner = session.slot < by_session_.size() ? by_session_[session.slot] : nullptr;
  return owner != nullptr && owner->owns(session) ? owner : opening_;
}

void Worker::output(SessionId session) {
  if (SessionOwner* owner = of_session(session)) owner->output(session);
}

void Worker::input(SessionId session) {
  if (SessionOwner* owner = of_session(session)) owner->input(session);
}

void Worker::end(SessionId session, std::uint16_t code, std::string reason) {
  if (SessionOwner* owner = of_session(session)) owner->end(session, code, std::move(reason));
}

void Worker::probe(SessionId session) {
  if (SessionOwner* owner = of_session(session)) owner->probe(session);
}

}  // namespace polygate::transport
