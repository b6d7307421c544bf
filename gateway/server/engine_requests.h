#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "gateway/engine_io/census.h"
#include "gateway/engine_io/http.h"
#include "gateway/engine_io/letters.h"
#include "gateway/profile/profile.h"
#include "gateway/server/meter.h"

namespace polygate::server {

class HttpSide;

/// Requests of Engine.IO on one connection: polls, POSTs and WebSocket handshakes, judged where they arrive and handed
/// to the socket that they name, on whatever worker that lives.
class EngineRequests {
 public:
  explicit EngineRequests(HttpSide& http) : http_(http) {}

  /// Clients up to 4.4 put all that waits into one POST, and base64 makes a third more of it.
  static std::size_t body_limit(const profile::Profile& profile);
  /// The head of the request in hand is there, and its body has begun. Its socket is told, because it takes one POST at
  /// a time.
  void body_begins();
  /// The request in hand is there.
  void judge();
  /// What is refused about the request in hand before it is whole. An open socket survives a body that is too large, so
  /// the page that sent it may know why.
  void refuse_body(const wire::HttpRefusal& refusal);
  /// What its socket says to the handshake in hand.
  void obey(const engine_io::Command& command);
  /// The request in hand has gone: its socket shall not wait for what does not come (any more).
  void gone();
  /// It is answered.
  void forget();
  /// Does a socket owe an answer to the request in hand?
  bool is_owed() const { return owes_.has_value(); }

 private:
  const engine_io::QueryReading& query(bool upgrade);
  void open(const engine_io::Query& query);
  void tell(const engine_io::Query& query);
  void refuse(const engine_io::Refusal& why, Handshake result, bool upgrade);
  void refuse_one_more(engine_io::Census::Verdict verdict, bool upgrade);
  void refuse_websocket(std::string_view why);
  engine_io::Input input(engine_io::Input::Kind kind, const engine_io::Sid& to) const;

  HttpSide& http_;
  std::optional<engine_io::QueryReading> query_;  ///< of the request in hand, once somebody has asked
  std::optional<engine_io::Sid> owes_;
};

}  // namespace polygate::server
