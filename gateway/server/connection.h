#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/http/router.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/place.h"
#include "gateway/net/tcp_socket.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/ids.h"
#include "gateway/server/letters.h"
#include "gateway/session/carrier.h"
#include "gateway/session/outbox.h"
#include "gateway/session/session_table.h"
#include "gateway/wire/ping_budget.h"
#include "gateway/wire/websocket_decoder.h"

namespace polygate::server {

class HttpSide;
class Worker;

/// One accepted connection, from its first byte to its last: HTTP, then perhaps WebSocket, then the end. Owned by its
/// worker, touched only on that thread. Nothing here closes the socket under its caller: a false return does, or the
/// deadline. Small while it idles: no heap of its own but the session's.
class Connection final : public session::Carrier, public net::SocketHandler {
 public:
  Connection(Worker& worker, engine_io::ConnectionId id, const net::PeerAddress& peer, std::uint16_t listener,
             std::shared_ptr<net::Place> place);
  ~Connection() override;

  /// The library took the socket over.
  void begin(net::TcpSocket socket) { socket_ = socket; }
  net::TcpSocket socket() const { return socket_; }

  // net::SocketHandler. Behind closed() what the peer had said is still handed over, and attend() says when that is
  // done.
  bool received(std::span<char> bytes) override;
  bool writable() override;
  void closed() override;
  /// Does what was put off to the end of the loop's turn: goes on with what was held back, writes what waits.
  bool attend();
  /// Its entry in the worker's Deadlines has come up; perhaps the deadline itself.
  bool on_tick(Instant now);

  // session::Carrier: what its session wants.
  bool push(FramePtr frame) override;
  bool has_room() const override { return outbox_.weight() * 2 <= limits_->outbox_bytes; }
  void tell_when_drained() override;
  void resume_input() override { resume(); }
  void close(const session::Farewell& farewell) override;
  void probe() override;
  void let_go() override;

  /// What its engine wants.
  void obey(engine_io::Command& command);
  /// The form in which the frame is written is the engine's choice. False: the outbox is full.
  bool push(FramePtr frame, std::string_view bytes);

  void answer(http::Response response);
  /// We are shutting down: says goodbye at `when`.
  void drain_at(Instant when);

  // For the HTTP side.
  /// Queues bytes in front of every message.
  void send(std::string_view bytes);
  void reply(std::string bytes);
  /// Tries to write at once, for whom the connection ends with that.
  void say(std::string_view bytes);
  /// Hands no more bytes over until resume(): they stay where they are.
  void hold() { held_back_ = true; }
  void resume();
  /// The first complete request has come.
  void established();
  /// Becomes a WebSocket with a session.
  void open(const http::Route& route, session::Opening opening, auth::IdentityPtr identity);
  /// Becomes the WebSocket of an engine.
  void open(const engine_io::Sid& engine, const profile::Limits& limits);
  /// Becomes a WebSocket that is closed at once.
  void open_busy();
  /// Ends it after what was sent so far.
  void finish();
  void set_deadline(Instant due);
  bool draining() const { return draining_; }

  Worker& worker() { return worker_; }
  engine_io::ConnectionId id() const { return id_; }
  const net::PeerAddress& peer() const { return peer_; }
  std::uint16_t listener() const { return listener_; }
  bool has_socket() const { return phase_ != Phase::gone; }
  SessionId session() const { return session_; }
  void set_session(SessionId session) { session_ = session; }

  std::uint32_t armed_tick = 0;  ///< of the entry in the worker's Deadlines; 0 = none
  bool in_attention = false;     ///< it is in the worker's list already

 private:
  enum class Phase : std::uint8_t {
    http,       ///< until an upgrade
    open,       ///< messages flow
    closing,    ///< what waits is written, then the last word
    lingering,  ///< we have said all; the peer's rest is thrown away until it closes too
    gone,       ///< there is no socket any more; what the peer had said is still handed over
  };

  bool enqueue(FramePtr& frame, std::string_view bytes);
  void end(std::uint16_t code, std::string_view reason, bool takes_rest);
  void tell_engine(engine_io::Input::Kind kind);
  bool feed();
  void end_of_input();
  void take_last_request();
  void consume(std::span<char>& bytes);
  void messages(std::span<char>& bytes);
  void ping_came(std::string_view payload);
  void close_for(session::Gone gone, std::uint16_t code, std::string_view reason);
  void begin_closing(std::string last_word, bool takes_rest = false);
  enum class Written : std::uint8_t { nothing, some, broken };
  /// False: the connection is broken.
  bool write_out();
  bool write_all();
  Written write_once();
  Written write(std::string_view bytes);
  void written(std::size_t bytes);
  void drained();
  void forget_pongs();
  void linger();
  void steer_reading();
  void heard();
  void send_ping();
  void spoke();
  Instant idle_due() const;
  void wait_for_ping(Instant due);

  Worker& worker_;
  net::TcpSocket socket_;
  const engine_io::ConnectionId id_;
  SessionId session_;
  const profile::Endpoint* endpoint_ = nullptr;  ///< of the session, whose profile keeps it alive
  Instant deadline_ = Instant::max();
  Instant ping_due_ = Instant::max();  ///< or its answer
  Instant spoke_at_{};                 ///< when the peer sent its last message or ping
  Instant pinged_at_{};
  std::unique_ptr<HttpSide> http_;
  std::unique_ptr<engine_io::Sid> engine_;  ///< of a WebSocket of an engine: what it has instead of a session
  wire::WebSocketDecoder decoder_;
  session::Outbox outbox_;                   ///< messages, or the answer to a request
  const profile::Limits* limits_ = nullptr;  ///< of the profile, which the router keeps alive
  std::string urgent_;                       ///< control frames, and HTTP's interim answers: before the next message
  std::string last_word_;                    ///< the Close frame, while closing
  std::string held_;                         ///< bytes that came while nobody could take them
  net::Fd rest_;                             ///< what the kernel still hands out, when the socket is gone
  const std::shared_ptr<net::Place> place_;
  wire::PingBudget budget_;
  const net::PeerAddress peer_;
  std::uint16_t listener_;
  std::uint16_t last_pong_ = 0;     ///< where the last pong in urgent_ starts
  std::uint8_t waiting_pongs_ = 0;  ///< in urgent_
  Phase phase_ = Phase::http;
  bool held_back_ = false;
  bool tells_drained_ = false;  ///< when the outbox is empty
  bool takes_rest_ = false;     ///< not open any more; what was read before is still handed over
  bool replying_ = false;       ///< the answer to a request is not written yet
  bool reading_ = true;
  bool mid_frame_ = false;  ///< the oldest message is half handed over: nothing may come between
  bool awaiting_pong_ = false;
  bool probed_ = false;
  bool draining_ = false;
  bool pong_is_last_ = false;  ///< the last frame in urgent_ is a pong
};

}  // namespace polygate::server
