#include "gateway/server/socket_host.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/server/websocket.h"
#include "gateway/server/worker.h"

namespace polygate::server {

SocketHost::SocketHost(Worker& worker) : worker_(worker), index_(worker.index()), sockets_(*this, index_) {}

Instant SocketHost::now() const {
  return worker_.now();
}

std::optional<std::uint16_t> SocketHost::drains() const {
  return worker_.draining() ? std::optional(worker_.drain_code()) : std::nullopt;
}

Millis SocketHost::close_within() const {
  return worker_.settings().close_within;
}

engine_io::Meter& SocketHost::meter() {
  return worker_.meter();
}

void SocketHost::note_close(std::uint16_t code, std::string_view why, std::string_view address) {
  worker_.note_close(code, why, std::string(address));
}

Log& SocketHost::log() const {
  return worker_.log();
}

session::SessionTable& SocketHost::sessions() {
  return worker_.sessions();
}

bool SocketHost::knows(WorkerIndex worker) const {
  return worker_.knows(worker);
}

void SocketHost::wake(engine_io::Socket& socket) {
  if (!std::exchange(socket.is_awake, true)) awake_.push_back(socket.id);
}

void SocketHost::attend() {
  std::swap(attending_, awake_);
  for (const engine_io::Sid& id : attending_) {
    engine_io::Socket* socket = sockets_.find(id);
    if (socket == nullptr) continue;
    socket->is_awake = false;
    const engine_io::Socket::Next next = socket->attend();
    if (next.leaves_for) {
      worker_.inbox_of(*next.leaves_for).put(sockets_.take(*socket, *next.leaves_for));
    } else if (next.is_over) {
      sockets_.free(*socket);
      if (id.worker != index_) tell_it_is_over(id);
    }
  }
  attending_.clear();
}

void SocketHost::tell_it_is_over(const engine_io::Sid& socket) {
  engine_io::Input over;
  over.kind = engine_io::Input::Kind::over;
  over.to = socket;
  tell(std::move(over));
}

void SocketHost::adopt(std::unique_ptr<engine_io::Socket> socket) {
  engine_io::Socket& here = sockets_.adopt(std::move(socket));
  here.arrive(*this);
  if (drains()) here.drain_at(now());
}

bool SocketHost::message(const engine_io::ConnectionId& connection, const engine_io::Sid& to, bool text,
                         std::string_view bytes) {
  const engine_io::ConnectionRef from{index_, connection};
  if (to.worker == index_) {
    engine_io::Socket* socket = sockets_.find(to);
    if (socket != nullptr) return socket->message(from, text, bytes);
    if (!sockets_.moved_to(to)) return true;
  }
  engine_io::Input input;
  input.kind = engine_io::Input::Kind::message;
  input.to = to;
  input.from = from;
  input.text = text;
  input.bytes = bytes;
  tell(std::move(input));
  return false;  // the socket says when it has taken it
}

/// By way of the worker that the socket's id names, from wherever: what one connection says stays in order. An end is
/// behind all that other workers have told before: a poll that ends after a POST does not end the session before it.
void SocketHost::tell(engine_io::Input input) {
  const WorkerIndex to = input.to.worker;
  if (!knows(to) || (to == index_ && input.kind != engine_io::Input::Kind::closed)) return hear(std::move(input));
  worker_.inbox_of(to).put(std::make_unique<engine_io::Input>(std::move(input)));
}

void SocketHost::hear(engine_io::Input input) {
  using Kind = engine_io::Input::Kind;
  if (input.kind == Kind::over) return sockets_.forget(input.to);
  if (engine_io::Socket* socket = sockets_.find(input.to)) {
    if (input.profile == nullptr || socket->route.profile.get() == input.profile) return socket->input(input);
  } else if (const auto to = sockets_.moved_to(input.to)) {
    return worker_.inbox_of(*to).put(std::make_unique<engine_io::Input>(std::move(input)));
  }
  // Nobody has this id (any more).
  if (input.kind != Kind::request && input.kind != Kind::upgrade && input.kind != Kind::message) return;
  engine_io::Command answer;
  answer.to = input.from;
  if (input.kind == Kind::request) {
    answer.kind = engine_io::Command::Kind::answer;
    answer.response = std::make_unique<http::Response>(engine_io::refusal(engine_io::Refusal::sid()));
  } else if (input.kind == Kind::upgrade) {
    answer.kind = engine_io::Command::Kind::refuse;
    answer.text = engine_io::Refusal::sid().message;
  } else {
    answer.kind = engine_io::Command::Kind::resume;
  }
  command(std::move(answer));
}

void SocketHost::command(engine_io::Command command) {
  const WorkerIndex to = command.to.worker;
  if (to != index_) return worker_.inbox_of(to).put(std::make_unique<engine_io::Command>(std::move(command)));
  if (Connection* connection = worker_.connections().find(command.to.connection)) connection->obey(command);
}

WebSocket* SocketHost::find(const engine_io::ConnectionId& id) const {
  const Connection* connection = worker_.connections().find(id);
  return connection == nullptr ? nullptr : connection->websocket();
}

bool SocketHost::has_room(const engine_io::ConnectionRef& socket) const {
  const WebSocket* websocket = socket.worker == index_ ? find(socket.connection) : nullptr;
  return websocket != nullptr && websocket->has_room();
}

bool SocketHost::send_frame(const engine_io::ConnectionRef& to, FramePtr frame, std::string_view bytes) {
  if (to.worker == index_) {
    WebSocket* websocket = find(to.connection);
    return websocket == nullptr || websocket->push(std::move(frame), bytes);
  }
  engine_io::Command command;
  command.kind = engine_io::Command::Kind::frame;
  command.to = to;
  command.frame = std::move(frame);
  command.bytes = bytes;
  relay(std::move(command));
  return true;
}

/// While so much waits there that this worker has relayed, it reads nothing more that is published: then more is not
/// relayed, and those who publish pause in turn. What was relayed is always read, so no two wait for each other.
void SocketHost::relay(engine_io::Command command) {
  const WorkerIndex to = command.to.worker;
  const std::size_t weight = command.weight();
  if (!worker_.inbox_of(to).relay(std::make_unique<engine_io::Command>(std::move(command)), weight, index_)) return;
  if (std::find(relays_wait_.begin(), relays_wait_.end(), to) == relays_wait_.end()) relays_wait_.push_back(to);
}

}  // namespace polygate::server
