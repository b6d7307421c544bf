#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/engine_io/letters.h"
#include "gateway/http/handler.h"
#include "gateway/net/event_loop.h"
#include "gateway/net/place.h"
#include "gateway/net/tcp_socket.h"
#include "gateway/server/output.h"
#include "gateway/server/unread.h"

namespace polygate::server {

class HttpSide;
class WebSocket;
class Worker;

/// One accepted connection, from its first byte to its last: its socket, its deadline, and how it ends. What the bytes
/// mean is its HttpSide's business, then perhaps its WebSocket's. Owned by its worker, touched only on that thread.
/// Nothing here closes the socket under its caller: a false return does, or the deadline.
class Connection final : public net::SocketHandler {
 public:
  Connection(Worker& worker, engine_io::ConnectionId id, std::uint16_t listener, std::shared_ptr<net::Place> place);
  ~Connection() override;

  // For its worker.
  /// The library took the socket over.
  void begin(net::TcpSocket socket) { output_.begin(socket); }
  bool has_socket() const { return phase_ != Phase::gone; }
  /// Does what was put off to the end of the loop's turn: goes on with what was held back, writes what waits.
  bool attend();
  /// Its entry in the worker's Deadlines has come up; perhaps the deadline itself.
  bool on_tick(Instant now);
  /// We are shutting down: says goodbye at `when`.
  void drain_at(Instant when);
  /// What a handler says to the request in hand.
  void answer(http::Response response);
  /// What a socket of Engine.IO wants of it.
  void obey(engine_io::Command& command);
  /// Nothing more of what the peer has said is taken.
  void let_go();
  /// Null while it is none.
  WebSocket* websocket() const { return websocket_.get(); }

  // net::SocketHandler. Behind closed() what the peer had said is still handed over, and attend() says when that is
  // done.
  bool received(std::span<char> bytes) override;
  bool writable() override;
  void closed() override;

  // For what it is at the moment.
  Output& output() { return output_; }
  /// Queues bytes in front of every message.
  void send(std::string_view bytes);
  /// The answer to the request in hand. The next one is looked at when it is written: what a peer does not read stays
  /// with the peer.
  void reply(std::string bytes);
  /// Writes what waits. False: the connection is broken.
  bool write();
  void tell_when_drained();
  /// attend() follows.
  void attend_soon();
  /// Hands no more bytes over until resume(): they stay where they are.
  void hold() { is_held_back_ = true; }
  void resume();
  bool is_held_back() const { return is_held_back_; }
  bool has_unread() const { return !unread_.is_empty(); }
  /// Becomes a WebSocket.
  WebSocket& upgrade(std::size_t message_bytes);
  /// Neither HTTP nor closing.
  bool is_open() const { return phase_ == Phase::open; }
  /// Ends it after what was sent so far and `last_word`.
  void begin_closing(std::string last_word);
  void set_deadline(Instant due);

  Worker& worker() const { return worker_; }
  engine_io::ConnectionId id() const { return id_; }
  const net::PeerAddress& peer() const { return place_->peer(); }
  std::uint16_t listener() const { return listener_; }
  const std::shared_ptr<net::Place>& place() const { return place_; }

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

  void consume(std::span<char>& bytes);
  bool feed();
  bool takes_rest() const;
  void take_last_request();
  bool write_all();
  void linger();
  void steer_reading();

  Worker& worker_;
  const engine_io::ConnectionId id_;
  Instant deadline_ = Instant::max();
  std::unique_ptr<HttpSide> http_;
  std::unique_ptr<WebSocket> websocket_;
  Output output_;
  Unread unread_;
  const std::shared_ptr<net::Place> place_;
  const std::uint16_t listener_;
  Phase phase_ = Phase::http;
  bool is_held_back_ = false;
  bool tells_drained_ = false;  ///< when no message waits
  bool is_replying_ = false;    ///< the answer to a request is not written yet
  bool is_reading_ = true;
};

}  // namespace polygate::server
