#pragma once
#include <memory>
#include <string_view>
#include <variant>

#include "gateway/engine_io/letters.h"
#include "gateway/session/session_table.h"

namespace polygate::server {

class Connection;

/// Who hears what the peer of a WebSocket says: a session, a socket of Engine.IO, or nobody.
class Partner {
 public:
  Partner() = default;
  explicit Partner(SessionId session) : who_(session) {}
  explicit Partner(const engine_io::Sid& socket) : who_(std::make_unique<engine_io::Sid>(socket)) {}

  bool is_session() const { return std::holds_alternative<SessionId>(who_); }
  /// False: hand over no more before it says so.
  bool message(Connection& from, bool text, std::string_view bytes) const;
  /// A sign of life, after it asked for one.
  void alive(Connection& from) const;
  /// Nothing waits for the peer any more.
  void drained(Connection& from) const;
  /// The outbox is full. Sessions hear that from push() itself.
  void slow(Connection& from) const;
  /// The connection is over. `more`: what was read is still handed over, then this is said again.
  void hang_up(Connection& from, session::Gone why, bool more) const;

 private:
  void tell(Connection& from, engine_io::Input::Kind kind) const;

  std::variant<std::monostate, SessionId, std::unique_ptr<engine_io::Sid>> who_;
};

}  // namespace polygate::server
