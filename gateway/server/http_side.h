#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/engine_io/letters.h"
#include "gateway/http/handler.h"
#include "gateway/http/router.h"
#include "gateway/server/engine_requests.h"
#include "gateway/server/meter.h"
#include "gateway/session/session_table.h"
#include "gateway/wire/http_parser.h"

namespace polygate::server {

class Connection;
class WebSocket;

/// The HTTP part of a connection's life: reads requests, hands them to the listener's handler or judges them as
/// WebSocket handshakes, or has EngineRequests judge them. Lives from accept to upgrade, or to the end. Requests of one
/// connection are answered one after the other; while one waits for its answer, the next is not looked at.
class HttpSide {
 public:
  explicit HttpSide(Connection& connection);

  // From its connection.
  /// Consumes from the front of `bytes`, up to the end of one request.
  void receive(std::span<char>& bytes);
  /// What its socket of Engine.IO wants.
  void obey(engine_io::Command& command);
  /// The deadline: of the handshake, of the next request, or of a handler's answer. False = close now.
  bool on_deadline();
  /// The socket has gone.
  void gone();
  bool waits_for_answer() const { return waits_; }
  /// Can the request in hand, or the one that starts with `bytes`, be a POST to a profile?
  bool may_be_post(std::string_view bytes);

  // For who judges the request in hand.
  Connection& connection() const { return connection_; }
  wire::HttpRequest& request() { return parser_.request(); }
  const http::Router::Match& match() const { return match_; }
  /// What the request tells a session.
  session::Opening opening();
  /// It is answered later; at the latest then.
  void wait(Instant until);
  /// With `is_whole` the request had come to its end; otherwise the connection ends, too.
  void answer(http::Response response);
  /// 101 was decided: the connection becomes a WebSocket, which the caller opens.
  WebSocket& accept(std::size_t message_bytes);
  /// An answer that ends the connection.
  void refuse(const wire::HttpRefusal& refusal, Handshake result);
  void end(std::string_view answer);
  void note(Handshake result);
  /// It is no handshake.
  void note_request();

 private:
  void dispatch();
  void find_route();
  void handshake();
  bool is_engine() const;

  Connection& connection_;
  wire::HttpParser parser_;
  const http::Handler* handler_;  ///< of the listener; null where WebSockets are spoken
  http::Router::Match match_;     ///< of the request in hand
  EngineRequests engine_;
  bool waits_ = false;
  bool head_only_ = false;
  bool keep_alive_ = false;
  bool judged_ = false;    ///< the handshake's result is counted
  bool answered_ = false;  ///< at least one request
};

}  // namespace polygate::server
