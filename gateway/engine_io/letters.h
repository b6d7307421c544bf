#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/dialect/engine_io_packet.h"
#include "gateway/http/handler.h"
#include "gateway/routing/frame.h"
#include "gateway/routing/load.h"
#include "gateway/routing/secret_id.h"

namespace polygate::transport {

/// Names one session of Engine.IO: its `sid`.
using EngineId = SecretId;

/// Names one connection of a worker across threads and time; may find nobody.
struct ConnectionId {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;

  friend bool operator==(const ConnectionId&, const ConnectionId&) = default;
};

/// A connection, wherever it lives.
struct SocketRef {
  WorkerIndex worker = 0;
  ConnectionId connection;

  friend bool operator==(const SocketRef&, const SocketRef&) = default;
};

/// One HTTP request for a session of Engine.IO, without what its connection keeps to itself.
struct EngineRequest {
  engine_io::Revision revision = engine_io::Revision::v4;
  std::string method;
  std::string content_type;
  std::string body;
  std::optional<std::string> jsonp;  ///< the digits of the parameter `j`
};

/// What a connection tells the engine that it belongs to.
struct EngineInput {
  enum class Kind : std::uint8_t {
    begins,   ///< the head of a POST, whose body is still on its way
    request,  ///< `request`; answered by SocketCommand::answer
    upgrade,  ///< a WebSocket handshake with the session's id; answered by accept, busy or refuse
    message,  ///< of the WebSocket
    alive,    ///< a byte came after SocketCommand::ping
    slow,     ///< its outbox is full
    drained,  ///< its outbox is empty, after SocketCommand::drain
    closed,   ///< the connection is over; also when a request still waits
    over,     ///< of an engine that has moved: its first worker may forget where to
  };
  Kind kind = Kind::closed;
  EngineId to;
  SocketRef from;
  bool text = true;
  engine_io::Revision revision = engine_io::Revision::v4;  ///< of an upgrade
  std::string bytes;
  std::unique_ptr<EngineRequest> request;
  const void* profile = nullptr;  ///< where a request or an upgrade arrived: an id of another profile is unknown there
};

/// What an engine wants of a connection.
struct SocketCommand {
  enum class Kind : std::uint8_t {
    answer,  ///< the request in hand, whole or not
    refuse,  ///< the waiting handshake: 400 with `text`
    accept,  ///< the waiting handshake: it belongs to the engine now
    busy,    ///< the waiting handshake: accept it, and close at once
    frame,   ///< write it after what waits
    say,     ///< write `text`, whole WebSocket frames, before what waits
    ping,    ///< ask for a sign of life
    drain,   ///< say when nothing waits any more
    resume,  ///< hand over the next message
    close,   ///< write what waits, then close, a WebSocket with `code` and `text`
  };
  Kind kind = Kind::close;
  SocketRef to;
  FramePtr frame{};
  std::string_view bytes{};  ///< of the frame, in the form that the peer hears
  std::uint16_t code = 1000;
  std::string text{};
  std::unique_ptr<http::Response> response{};
  bool takes_rest = false;  ///< close: what it has read by now is still handed over

  /// Of a frame, while it waits.
  std::size_t weight() const { return Load::kLetter + bytes.size(); }
};

}  // namespace polygate::transport
