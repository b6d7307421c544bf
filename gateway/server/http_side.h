#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/engine_io/http.h"
#include "gateway/engine_io/letters.h"
#include "gateway/http/handler.h"
#include "gateway/http/router.h"
#include "gateway/server/meter.h"
#include "gateway/session/session_table.h"
#include "gateway/wire/http_parser.h"

namespace polygate::server {

class Connection;

/// The HTTP part of a connection's life: reads requests, hands them to the listener's handler or judges them as
/// WebSocket handshakes. Lives from accept to upgrade, or to the end. Requests of one connection are answered one after
/// the other; while one waits for its answer, the next is not looked at.
class HttpSide {
 public:
  explicit HttpSide(Connection& connection);

  /// Consumes from the front of `bytes`, up to the end of one request.
  void receive(std::span<char>& bytes);
  void answer(http::Response response);
  /// What the engine says to a WebSocket handshake with its session's id.
  void upgrade(const engine_io::Command& command);
  /// The deadline: of the handshake, of the next request, or of a handler's answer. False = close now.
  bool on_deadline();
  /// The socket has gone.
  void gone();
  bool waits_for_answer() const { return waits_; }
  /// Can the request in hand, or the one that starts with `bytes`, be a POST to a profile?
  bool may_be_post(std::string_view bytes);

 private:
  void dispatch();
  void find_route();
  void handshake();
  session::Opening opening();
  void wait(Instant until);

  // http_engine.cpp: requests for an engine
  static std::size_t engine_body_limit(const profile::Profile& profile);
  const engine_io::QueryReading& engine_query(bool upgrade);
  void engine_request();
  void engine_handshake(const engine_io::Query& query);
  void engine_session(const engine_io::Query& query);
  void engine_body_begins();
  void tell_engine_gone();
  void engine_refuse(const engine_io::Refusal& why, Handshake result, bool upgrade);
  void engine_refuse_body();
  void refuse_one_more(engine_io::Census::Verdict verdict, bool upgrade);
  void refuse_websocket(std::string_view why);
  void refuse(const wire::HttpRefusal& refusal, Handshake result);
  void note(Handshake result);

  Connection& connection_;
  wire::HttpParser parser_;
  const http::Handler* handler_;                    ///< of the listener; null where WebSockets are spoken
  http::Router::Match match_;                       ///< of the request in hand
  std::unique_ptr<engine_io::QueryReading> query_;  ///< likewise, once somebody has asked
  std::unique_ptr<engine_io::Sid> engine_;          ///< that owes an answer to the request in hand
  bool waits_ = false;
  bool head_only_ = false;
  bool keep_alive_ = false;
  bool judged_ = false;    ///< the handshake's result is counted
  bool answered_ = false;  ///< at least one request
};

}  // namespace polygate::server
