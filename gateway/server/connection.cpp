#include "gateway/server/connection.h"

#include <utility>

#include "gateway/server/http_side.h"
#include "gateway/server/websocket.h"
#include "gateway/server/worker.h"

namespace polygate::server {

Connection::Connection(Worker& worker, engine_io::ConnectionId id, std::uint16_t listener,
                       std::shared_ptr<net::Place> place)
    : worker_(worker), id_(id), output_(worker.output()), place_(std::move(place)), listener_(listener) {
  http_ = std::make_unique<HttpSide>(*this);
  set_deadline(worker.now() + worker.settings().handshake_within);
}

Connection::~Connection() = default;

bool Connection::received(std::span<char> bytes) {
  worker_.meter().bytes_in += bytes.size();
  if (websocket_) websocket_->heard();
  if (phase_ == Phase::closing || phase_ == Phase::lingering) return true;  // too late
  if (unread_.is_empty()) consume(bytes);
  if (!bytes.empty()) unread_.keep(bytes);
  steer_reading();
  return true;
}

void Connection::consume(std::span<char>& bytes) {
  while (!bytes.empty() && !is_held_back_) {
    if (phase_ == Phase::http) {
      http_->receive(bytes);
      if (phase_ == Phase::closing) http_->gone();
      if (phase_ != Phase::http) http_.reset();
    } else if (phase_ == Phase::open || takes_rest()) {
      websocket_->receive(bytes);
    } else {
      bytes = {};
    }
  }
}

bool Connection::takes_rest() const {
  return websocket_ && websocket_->takes_rest();
}

/// TCP pushes back on the peer as long as something that it sent waits for us, or something that we sent for it. (The
/// library would spin on a readable socket that it may not read before the rest of a write is gone.)
void Connection::steer_reading() {
  const bool want = unread_.is_empty() && !output_.socket().blocked();
  if (want == is_reading_) return;
  is_reading_ = want;
  output_.socket().read(want);
}

bool Connection::attend() {
  if (phase_ == Phase::gone) return feed();
  if (!is_held_back_ && !unread_.is_empty()) unread_.hand_over([this](auto& bytes) { consume(bytes); });
  if (takes_rest() && !is_held_back_ && unread_.is_empty()) websocket_->end_of_input();
  if (phase_ != Phase::http) http_.reset();
  if (!write_all()) return false;
  steer_reading();
  return true;
}

void Connection::set_deadline(Instant due) {
  deadline_ = due;
  if (due == Instant::max()) return;
  const std::uint32_t tick = worker_.connections().deadlines().tick_of(due);
  if (armed_tick == 0 || tick < armed_tick) armed_tick = worker_.connections().deadlines().arm(id_.index, due);
}

bool Connection::on_tick(Instant now) {
  armed_tick = 0;
  if (now < deadline_) {
    set_deadline(deadline_);  // it was moved since
    return true;
  }
  deadline_ = Instant::max();
  switch (phase_) {
    case Phase::http:
      return http_->on_deadline();
    case Phase::open:
      return websocket_->on_deadline(now);
    case Phase::closing:
    case Phase::lingering:
      return false;
    case Phase::gone:
      break;
  }
  return true;
}

void Connection::drain_at(Instant when) {
  if (phase_ == Phase::open) return websocket_->drain_at(when);
  if (phase_ == Phase::http && !http_->waits_for_answer()) begin_closing({});
}

void Connection::obey(engine_io::Command& command) {
  if (websocket_) return websocket_->obey(command);
  if (phase_ == Phase::http) http_->obey(command);
}

void Connection::answer(http::Response response) {
  if (phase_ == Phase::http) http_->answer(std::move(response));
}

void Connection::let_go() {
  if (websocket_) return websocket_->let_go();
  resume();
}

void Connection::attend_soon() {
  worker_.connections().attend_to(*this);
}

void Connection::send(std::string_view bytes) {
  output_.put_first(bytes);
  attend_soon();
}

void Connection::reply(std::string bytes) {
  output_.push(std::move(bytes));
  is_replying_ = is_held_back_ = true;
  attend_soon();
}

void Connection::resume() {
  is_held_back_ = false;
  attend_soon();
}

void Connection::tell_when_drained() {
  tells_drained_ = true;
  attend_soon();
}

WebSocket& Connection::upgrade(std::size_t message_bytes) {
  place_->established();
  phase_ = Phase::open;
  websocket_ = std::make_unique<WebSocket>(*this, message_bytes);
  return *websocket_;
}

void Connection::begin_closing(std::string last_word) {
  phase_ = Phase::closing;
  if (!takes_rest()) is_held_back_ = false;
  output_.end_with(std::move(last_word));
  set_deadline(worker_.now() + worker_.settings().close_within);
  attend_soon();
}

bool Connection::writable() {
  if (websocket_) websocket_->writable();
  if (!write_all()) return false;
  steer_reading();
  return true;
}

/// Writes what waits, and what comes because nothing waits any more. Not while a session is on the stack.
bool Connection::write_all() {
  for (;;) {
    if (!write()) return false;
    if (!tells_drained_ || !output_.is_empty() || output_.socket().blocked()) return true;
    tells_drained_ = false;
    if (websocket_) websocket_->drained();
  }
}

bool Connection::write() {
  const Output::State state = output_.write();
  if (state != Output::State::done) return state == Output::State::blocked;
  if (phase_ == Phase::closing) linger();
  if (std::exchange(is_replying_, false)) {
    is_held_back_ = false;
    if (!unread_.is_empty()) attend_soon();
  }
  return true;
}

/// All is said: the peer has a moment to read it and to close too. Closing at once could reset the connection and
/// take our last word out of its hands.
void Connection::linger() {
  output_.socket().end_output();
  phase_ = Phase::lingering;
  set_deadline(worker_.now() + worker_.settings().linger);
}

/// A POST that had come whole is taken, although nobody waits for its answer any more: after a reset the library reads
/// nothing.
void Connection::take_last_request() {
  worker_.meter().bytes_in += unread_.take_rest(output_.socket());
  while (!is_held_back_ && phase_ == Phase::http && http_->may_be_post(unread_.bytes())) {
    if (unread_.is_empty()) {
      const std::size_t read = unread_.read_on();
      if (read == 0) return;
      worker_.meter().bytes_in += read;
    }
    unread_.hand_over([this](auto& bytes) { consume(bytes); });
  }
}

void Connection::closed() {
  if (phase_ == Phase::http && http_ && output_.socket()) take_last_request();
  output_.forget();
  if (http_) http_->gone();
  if (phase_ == Phase::open) {
    worker_.meter().bytes_in += unread_.take_rest(output_.socket());
    websocket_->lost();
  }
  phase_ = Phase::gone;
  if (!feed()) worker_.connections().free(*this);
}

/// Hands over what the peer had said, as far as its session has room: what waits longer stays in the kernel. False:
/// that was all.
bool Connection::feed() {
  while (takes_rest() && !is_held_back_) {
    if (unread_.is_empty()) {
      const std::size_t read = unread_.read_on();
      if (read == 0) break;
      worker_.meter().bytes_in += read;
    }
    unread_.hand_over([this](auto& bytes) { consume(bytes); });
  }
  if (takes_rest() && is_held_back_) return true;
  if (websocket_) websocket_->end_of_input();
  return false;
}

}  // namespace polygate::server
