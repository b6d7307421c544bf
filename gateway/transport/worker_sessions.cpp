// Between a worker's sessions and their connections.
#include <utility>

#include "gateway/transport/worker.h"

namespace polygate::transport {

void Worker::open_session(Connection& connection, const Route& route, session::Opening opening,
                          auth::IdentityPtr identity) {
  opening_ = &connection;
  const SessionId session = sessions_.open(route.profile, *route.endpoint, std::move(opening), std::move(identity));
  opening_ = nullptr;
  connection.set_session(session);
  if (by_session_.size() <= session.slot) by_session_.resize(session.slot + std::size_t{1}, nullptr);
  by_session_[session.slot] = &connection;
}

void Worker::close_session(Connection& connection) {
  const SessionId session = connection.session();
  connection.set_session({});
  by_session_[session.slot] = nullptr;
  sessions_.hang_up(session, session::Gone::lost);
  sessions_.remove(session);
}

/// While a session is being made, it may already speak: then its id is the one that nobody knows.
Connection* Worker::of_session(SessionId session) {
  Connection* connection = session.slot < by_session_.size() ? by_session_[session.slot] : nullptr;
  if (connection && connection->session() == session) return connection;
  return opening_;
}

void Worker::output(SessionId session) {
  if (Connection* connection = of_session(session)) attend_to(*connection);
}

void Worker::input(SessionId session) {
  if (Connection* connection = of_session(session)) connection->resume();
}

void Worker::end(SessionId session, std::uint16_t code, std::string reason) {
  if (Connection* connection = of_session(session)) connection->end(code, reason);
}

void Worker::probe(SessionId session) {
  if (Connection* connection = of_session(session)) connection->probe();
}

}  // namespace polygate::transport
