#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/dialect/engine_io_packet.h"
#include "gateway/engine_io/http.h"
#include "gateway/http/handler.h"
#include "gateway/routing/frame.h"
#include "gateway/routing/load.h"
#include "gateway/routing/secret_id.h"

namespace polygate::engine_io {

/// Names one session of Engine.IO: its `sid`.
using Sid = SecretId;

/// Names one connection of a worker across threads and time; may find nobody.
struct ConnectionId {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;

  friend bool operator==(const ConnectionId&, const ConnectionId&) = default;
};

/// A connection, wherever it lives.
struct ConnectionRef {
  WorkerIndex worker = 0;
  ConnectionId connection;

  friend bool operator==(const ConnectionRef&, const ConnectionRef&) = default;
};

/// One HTTP request for a session of Engine.IO, without what its connection keeps to itself.
struct Request {
  Revision revision = Revision::v4;
  std::string method;
  std::string content_type;
  std::string body;
  std::optional<std::string> jsonp;  ///< the digits of the parameter `j`
};

/// What a connection tells the socket that it belongs to.
struct Input {
  enum class Kind : std::uint8_t {
    begins,   ///< the head of a POST, whose body is still on its way
    request,  ///< `request`; answered by Command::answer
    upgrade,  ///< a WebSocket handshake with the session's id; answered by accept, busy or refuse
    message,  ///< of the WebSocket
    alive,    ///< a byte came after Command::ping
    slow,     ///< its outbox is full
    drained,  ///< its outbox is empty, after Command::drain
    closed,   ///< the connection is over; also when a request still waits
    over,     ///< of a socket that has moved: its first worker may forget where to
  };
  Kind kind = Kind::closed;
  Sid to;
  ConnectionRef from;
  bool text = true;
  Revision revision = Revision::v4;  ///< of an upgrade
  std::string bytes;
  std::unique_ptr<Request> request;
  const void* profile = nullptr;  ///< where a request or an upgrade arrived: an id of another profile is unknown there
};

/// What a socket wants of a connection.
struct Command {
  enum class Kind : std::uint8_t {
    answer,  ///< the request in hand, whole or not
    refuse,  ///< the waiting handshake: 400 with `text`
    accept,  ///< the waiting handshake: it belongs to the socket now
    busy,    ///< the waiting handshake: accept it, and close at once
    frame,   ///< write it after what waits
    say,     ///< write `text`, whole WebSocket frames, before what waits
    ping,    ///< ask for a sign of life
    drain,   ///< say when nothing waits any more
    resume,  ///< hand over the next message
    close,   ///< write what waits, then close, a WebSocket with `code` and `text`
  };
  Kind kind = Kind::close;
  ConnectionRef to;
  FramePtr frame{};
  std::string_view bytes{};  ///< of the frame, in the form that the peer hears
  std::uint16_t code = 1000;
  std::string text{};
  std::unique_ptr<http::Response> response{};
  bool takes_rest = false;  ///< close: what it has read by now is still handed over

  static Command answer(const ConnectionRef& to, http::Response response) {
    Command command{Kind::answer, to};
    command.response = std::make_unique<http::Response>(std::move(response));
    return command;
  }
  static Command refuse(const ConnectionRef& to, const Refusal& refusal) {
    Command command{Kind::refuse, to};
    command.text = refusal.message;
    return command;
  }
  /// Of a frame, while it waits.
  std::size_t weight() const { return Load::kLetter + bytes.size(); }
};

}  // namespace polygate::engine_io
