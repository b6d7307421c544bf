#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gateway/engine_io/letters.h"
#include "gateway/http/router.h"
#include "gateway/profile/profile.h"
#include "gateway/server/keep_alive.h"
#include "gateway/server/partner.h"
#include "gateway/session/carrier.h"
#include "gateway/session/session_table.h"
#include "gateway/wire/ping_budget.h"
#include "gateway/wire/websocket_decoder.h"

namespace polygate::server {

class Connection;

/// What a connection is behind a handshake (RFC 6455): messages to its partner and back, pings, and the closing
/// handshake. Lives as long as its connection from then on.
class WebSocket final : public session::Carrier {
 public:
  WebSocket(Connection& connection, std::size_t message_bytes) : connection_(connection), decoder_(message_bytes) {}

  /// How it begins, one of these at once: with a session, as the WebSocket of a socket of Engine.IO, or closed.
  void open(const http::Route& route, session::Opening opening, auth::IdentityPtr identity);
  void open(const engine_io::Sid& socket, const profile::Limits& limits);
  void open_busy();

  // From its connection.
  /// Consumes from the front of `bytes`, as far as its partner has room.
  void receive(std::span<char>& bytes);
  /// Bytes came: whatever we wait for, the peer is there.
  void heard();
  /// It takes bytes again.
  void writable();
  void drained();
  /// False = close now.
  bool on_deadline(Instant now);
  void drain_at(Instant when);
  /// Not open any more; what was read before is still handed over.
  bool takes_rest() const { return takes_rest_; }
  /// All of it is.
  void end_of_input();
  /// The socket is gone, and nobody had closed.
  void lost();
  /// What its socket of Engine.IO wants.
  void obey(engine_io::Command& command);
  /// In this form. False: too much waits for the peer, and all of that is dropped.
  bool push(FramePtr frame, std::string_view bytes);

  // session::Carrier
  bool push(FramePtr frame) override;
  bool has_room() const override;
  void tell_when_drained() override;
  void resume_input() override;
  void close(const session::Farewell& farewell) override;
  void probe() override;
  void let_go() override;

 private:
  void ping_came(std::string_view payload);
  void ping();
  void spoke();
  void close_for(session::Gone gone, std::uint16_t code, std::string_view reason);
  void violated(std::uint16_t code, std::string_view why);
  void begin_closing(std::string last_word, bool takes_rest);

  Connection& connection_;
  Partner partner_;
  const profile::Limits* limits_ = nullptr;  ///< of the profile, which the router keeps alive
  wire::WebSocketDecoder decoder_;
  KeepAlive keep_alive_;
  wire::PingBudget budget_;
  bool takes_rest_ = false;
  bool is_probed_ = false;  ///< its partner waits for a sign of life
};

}  // namespace polygate::server
