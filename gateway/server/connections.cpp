#include "gateway/server/connections.h"

#include <utility>

#include "gateway/server/worker.h"

namespace polygate::server {

void Connections::adopt(net::NewSocket socket, net::EventLoop& loop,
                        const std::shared_ptr<net::AcceptorInbox>& acceptor) {
  const std::uint32_t index = connections_.reserve();
  connections_[index] =
      std::make_unique<Connection>(worker_, engine_io::ConnectionId{index, ++generation_}, socket.listener,
                                   std::make_shared<net::Place>(acceptor, worker_.index(), socket.peer));
  Connection& connection = *connections_[index];
  const net::TcpSocket adopted =
      worker_.draining() ? net::TcpSocket() : loop.adopt(std::move(socket.fd), socket.listener, connection);
  if (!adopted) return connection.closed();
  connection.begin(adopted);
}

Connection* Connections::find(const engine_io::ConnectionId& id) const {
  const std::unique_ptr<Connection>* connection = connections_.find(id.index);
  return connection != nullptr && *connection && (*connection)->id() == id ? connection->get() : nullptr;
}

void Connections::attend_to(Connection& connection) {
  if (std::exchange(connection.in_attention, true)) return;
  attention_.push_back(connection.id().index);
}

void Connections::attend() {
  std::swap(attending_, attention_);
  for (const std::uint32_t index : attending_) {
    Connection* connection = connections_[index].get();
    if (!connection || !std::exchange(connection->in_attention, false)) continue;  // gone meanwhile
    if (!connection->attend()) cut(*connection);
  }
  attending_.clear();
}

void Connections::tick(Instant now) {
  deadlines_.take(now, [&](std::uint32_t index, std::uint32_t tick) {
    Connection* connection = connections_[index].get();
    if (!connection || connection->armed_tick != tick) return;
    if (!connection->on_tick(now)) cut(*connection);
  });
}

void Connections::drain(const std::function<Instant()>& when) {
  for (const auto& connection : connections_) {
    if (connection) connection->drain_at(when());
  }
}

void Connections::kill_all() {
  for (const auto& connection : connections_) {
    if (!connection) continue;
    connection->let_go();
    cut(*connection);
  }
}

/// Closes at once. The library first grants a connection that it still holds bytes for some seconds to take them; asked
/// again, it does not.
void Connections::cut(Connection& connection) {
  if (!connection.has_socket()) return free(connection);
  const engine_io::ConnectionId id = connection.id();
  const net::TcpSocket socket = connection.output().socket();
  socket.kill();
  if (find(id) != nullptr) socket.kill();
}

void Connections::free(Connection& connection) {
  connections_.release(connection.id().index);
}

}  // namespace polygate::server
