// The packets of Socket.IO (github.com/socketio/socket.io-protocol) and the sessions behind its namespaces.
#include "gateway/socket_io/client.h"

#include <utility>

#include "gateway/base/reason.h"

namespace polygate::socket_io {
namespace {

using State = Namespace::State;

}  // namespace

Client::Client(engine_io::Socket& socket, session::Opening opening,
               std::shared_ptr<const engine_io::Census::Place> place)
    : socket_(socket), namespaces_(*this), connecting_(socket, namespaces_, std::move(opening), std::move(place)) {}

void Client::heard() {
  namespaces_.each([&](Namespace& space) {
    if (std::exchange(space.is_probed, false)) sessions().alive(space.session);
  });
}

void Client::too_slow() {
  namespaces_.each([&](Namespace& space) {
    if (space.state == State::open) sessions().too_slow(space.session);
  });
}

void Client::drained() {
  namespaces_.each([&](Namespace& space) {
    if (space.state == State::opening || !std::exchange(space.asks_for_drained, false)) return;
    sessions().drained(space.session);
  });
}

void Client::settle() {
  if (const auto ended = std::exchange(ended_, std::nullopt); ended && namespaces_.live() == 0) {
    socket_.close_soon(*ended);
    socket_.close();
  }
  end_namespaces();
}

/// Lets the sessions go that want to end. While the WebSocket still hands over what it has read, they stay for that.
void Client::end_namespaces() {
  namespaces_.each([&](Namespace& space) {
    const bool stays = socket_.ending().takes_rest() && space.takes_rest;
    if (space.state == State::ending && !stays) leave(space);
  });
  if (socket_.ending().takes_rest() && namespaces_.are_over()) socket_.end(session::Gone::closed);
}

/// Those that will wait for their client do not begin to end.
void Client::closing(session::Gone why) {
  const bool may_wait = connecting_.is_recoverable() && !socket_.host().drains();
  namespaces_.each([&](Namespace& space) {
    const bool waits = may_wait && space.state == State::open;
    if (space.session && !waits) sessions().hang_up(space.session, why, true);
  });
}

void Client::closed(session::Gone why, bool broken) {
  connecting_.rest();
  namespaces_.each([&](Namespace& space) {
    if (space.state != State::open && space.state != State::ending) return;
    const bool may_wait = std::exchange(space.state, State::over) == State::open && !broken;
    const SessionId session = std::exchange(space.session, {});
    if (may_wait && sessions().detach(session)) return;
    sessions().hang_up(session, why);
  });
}

void Client::message(const engine_io::Packet& packet) {
  return packet.binary ? binary(packet.data) : text(packet.data);
}

void Client::text(std::string_view text) {
  if (assembly_) return socket_.malformed("text where an attachment was expected");
  const auto packet = parse_packet(text);
  if (!packet) return socket_.malformed(packet.failure().message);
  if (packet->type != Type::binary_event && packet->type != Type::binary_ack) return dispatch(*packet, nullptr);
  // Clients 2.x send `50-` when they were told that there is binary data and there is none.
  if (packet->attachments == 0) return dispatch(*packet, std::make_shared<const std::vector<std::string>>());
  const std::size_t most = socket_.route.profile->engine.attachments;
  if (packet->attachments > most) {
    return socket_.malformed(std::to_string(packet->attachments) + " attachments, at most " + std::to_string(most) +
                             " are accepted");
  }
  assembly_ = std::make_unique<Assembly>(text);
}

void Client::binary(std::string_view bytes) {
  if (!assembly_) return socket_.malformed("binary data that no packet has announced");
  if (assembly_->bytes() + bytes.size() > socket_.route.profile->limits.message_bytes) {
    socket_.give_up(1009, "limit message_bytes");
    socket_.close();
    return socket_.end(session::Gone::closed);  // what follows may be attachments of a packet that lacks one
  }
  assembly_->add(bytes);
  if (!assembly_->is_complete()) return;
  const std::unique_ptr<Assembly> whole = std::move(assembly_);
  dispatch(whole->packet(), whole->take());
}

void Client::dispatch(const Packet& packet, dialect::Attachments attachments) {
  if (packet.type == Type::connect) return connecting_.connect(packet);
  Namespace* space = namespaces_.find(packet.name_space);
  if (space == nullptr) return socket_.malformed("a packet for a namespace that was not joined");
  if (!space->session) return;  // on its way when we ended it
  switch (packet.type) {
    case Type::event:
    case Type::binary_event:
      space->is_full = !sessions().receive(space->session, {true, packet.json, packet.ack, std::move(attachments)});
      return;
    case Type::ack:
    case Type::binary_ack:
      space->is_full = !sessions().acknowledged(space->session, *packet.ack, packet.json, std::move(attachments));
      return;
    case Type::disconnect:
      return leave(*space);
    case Type::connect:
    case Type::error:
      break;
  }
  return socket_.malformed("an error packet from the client");
}

/// The namespace is left; the connection stays.
void Client::leave(Namespace& space) {
  space.state = State::over;
  space.is_full = false;
  sessions().hang_up(std::exchange(space.session, {}), session::Gone::closed);
}

void Client::end(Namespace& space, const session::Farewell& farewell) {
  if (!space.is_live()) return;
  const bool was_open = std::exchange(space.state, State::ending) == State::open;
  const std::uint16_t code = farewell.code;
  if (!ended_) ended_ = farewell;
  space.takes_rest = farewell.takes_rest;
  if (farewell.is_broken || code == 1001 || code == 1012 || code == 1013) {
    socket_.close_soon(farewell);
  } else if (was_open) {
    static_cast<void>(socket_.push(frame_of(Type::disconnect, space.name, {}), 0));
  }
  socket_.host().wake(socket_);
}

void Client::let_go(Namespace& space) {
  space.state = State::over;
  space.session = {};
  space.is_full = false;
  if (!ended_) ended_ = {close_code(Reason::taken), "resumed on another connection"};
  socket_.host().wake(socket_);
}

}  // namespace polygate::socket_io
