#include "gateway/server/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>

#include "gateway/server/http_side.h"
#include "gateway/server/worker.h"
#include "gateway/wire/websocket_frame.h"

namespace polygate::server {
namespace {

constexpr std::size_t kFeedAtOnce = 16 * 1'024;

}  // namespace

Connection::Connection(Worker& worker, engine_io::ConnectionId id, const net::PeerAddress& peer, std::uint16_t listener,
                       std::shared_ptr<net::Place> place)
    : worker_(worker), id_(id), decoder_(0), place_(std::move(place)), peer_(peer), listener_(listener) {
  http_ = std::make_unique<HttpSide>(*this);
  set_deadline(worker.now() + worker.settings().handshake_within);
}

Connection::~Connection() = default;

bool Connection::received(std::span<char> bytes) {
  worker_.meter().bytes_in += bytes.size();
  heard();
  if (phase_ == Phase::closing || phase_ == Phase::lingering) return true;  // too late
  if (held_.empty()) consume(bytes);
  if (!bytes.empty()) held_.append(bytes.data(), bytes.size());
  steer_reading();
  return true;
}

void Connection::consume(std::span<char>& bytes) {
  while (!bytes.empty() && !held_back_) {
    switch (phase_) {
      case Phase::http:
        http_->receive(bytes);
        if (phase_ == Phase::closing) http_->gone();
        if (phase_ != Phase::http) http_.reset();
        break;
      case Phase::open:
        messages(bytes);
        break;
      case Phase::closing:
      case Phase::lingering:
      case Phase::gone:
        if (takes_rest_) messages(bytes);
        if (!takes_rest_) bytes = {};
        break;
    }
  }
}

void Connection::messages(std::span<char>& bytes) {
  using Kind = wire::WebSocketItem::Kind;
  while ((phase_ == Phase::open || takes_rest_) && !held_back_) {
    const wire::WebSocketItem item = decoder_.next(bytes);
    if (phase_ != Phase::open && (item.kind == Kind::close || item.kind == Kind::violation)) {
      takes_rest_ = false;
      return;
    }
    switch (item.kind) {
      case Kind::more:
        return;
      case Kind::text:
      case Kind::binary:
        spoke();
        held_back_ = engine_ ? !worker_.sockets().message(*this, *engine_, item.kind == Kind::text, item.payload)
                             : !worker_.sessions().receive(session_, {item.kind == Kind::text, item.payload, {}, {}});
        break;
      case Kind::ping:
        ping_came(item.payload);
        break;
      case Kind::pong:
        break;  // any byte is a sign of life
      case Kind::close:
        close_for(session::Gone::closed, item.code, {});
        break;
      case Kind::violation:
        worker_.note_close(item.code, item.payload, peer_.text());
        close_for(session::Gone::lost, item.code, item.payload);
        break;
    }
  }
}

void Connection::ping_came(std::string_view payload) {
  if (phase_ != Phase::open) return;
  ++worker_.meter().pings_in;
  spoke();
  switch (budget_.ping(worker_.now(), waiting_pongs_)) {
    case wire::PingBudget::Verdict::flood:
      worker_.note_close(1008, "too many pings", peer_.text());
      close_for(session::Gone::lost, 1008, "too many pings");
      return;
    case wire::PingBudget::Verdict::coalesce:
      if (pong_is_last_) urgent_.resize(last_pong_);
      break;
    case wire::PingBudget::Verdict::answer:
      ++waiting_pongs_;
      break;
  }
  last_pong_ = static_cast<std::uint16_t>(urgent_.size());
  wire::append_frame(urgent_, wire::Opcode::pong, payload);
  pong_is_last_ = true;
  worker_.attend_to(*this);
}

/// A sign of life: whatever we wait for, the peer is there.
void Connection::heard() {
  if (awaiting_pong_) {
    awaiting_pong_ = false;
    if (!draining_) wait_for_ping(pinged_at_ + worker_.jittered(endpoint_->ping.every));
  }
  if (probed_) {
    probed_ = false;
    if (engine_) return tell_engine(engine_io::Input::Kind::alive);
    worker_.sessions().alive(session_);
  }
}

/// TCP pushes back on the peer as long as something that it sent waits for us, or something that we sent for it. (The
/// library would spin on a readable socket that it may not read before the rest of a write is gone.)
void Connection::steer_reading() {
  const bool want = held_.empty() && !socket_.blocked();
  if (want == reading_) return;
  reading_ = want;
  socket_.read(want);
}

bool Connection::attend() {
  if (phase_ == Phase::gone) return feed();
  if (!held_back_ && !held_.empty()) {
    std::string bytes = std::exchange(held_, {});
    std::span<char> rest(bytes);
    consume(rest);
    held_.assign(rest.data(), rest.size());
  }
  if (takes_rest_ && !held_back_ && held_.empty()) end_of_input();
  if (phase_ != Phase::http) http_.reset();
  if (!write_all()) return false;
  steer_reading();
  return true;
}

void Connection::set_deadline(Instant due) {
  deadline_ = due;
  if (due == Instant::max()) return;
  const std::uint32_t tick = worker_.deadlines().tick_of(due);
  if (armed_tick == 0 || tick < armed_tick) armed_tick = worker_.deadlines().arm(id_.index, due);
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
    case Phase::closing:
    case Phase::lingering:
      return false;
    case Phase::gone:
      return true;
    case Phase::open:
      break;
  }
  if (draining_) {
    ++worker_.meter().closes[worker_.drain_code()];
    close_for(session::Gone::drained, worker_.drain_code(), "going away");
  } else if (now >= idle_due()) {
    if (!held_back_ && held_.empty()) {
      worker_.note_close(4408, "limit idle reached", peer_.text());
      close_for(session::Gone::lost, 4408, "limit idle reached");
      return true;
    }
    spoke_at_ = now;  // its next message waits for us
    wait_for_ping(ping_due_);
  } else if (now < ping_due_) {
    wait_for_ping(ping_due_);
  } else if (awaiting_pong_ && !held_.empty()) {
    wait_for_ping(now + endpoint_->ping.timeout);  // its answer may be among what waits here
  } else if (awaiting_pong_) {
    ++worker_.meter().lost;
    return false;
  } else {
    send_ping();
    pinged_at_ = now;
    awaiting_pong_ = true;
    wait_for_ping(now + endpoint_->ping.timeout);
  }
  return true;
}

/// A message, or a ping of its own. The clock is asked where somebody wants to know.
void Connection::spoke() {
  if (endpoint_ && endpoint_->idle.count() != 0) spoke_at_ = worker_.now();
}

Instant Connection::idle_due() const {
  return endpoint_ && endpoint_->idle.count() != 0 ? spoke_at_ + endpoint_->idle : Instant::max();
}

/// One deadline for both: whoever comes first looks at the other.
void Connection::wait_for_ping(Instant due) {
  ping_due_ = due;
  set_deadline(std::min(due, idle_due()));
}

void Connection::drain_at(Instant when) {
  draining_ = true;
  if (phase_ == Phase::open && !engine_) {  // an engine says goodbye itself
    awaiting_pong_ = false;
    set_deadline(when);
  } else if (phase_ == Phase::http && !http_->waits_for_answer()) {
    finish();
  }
}

void Connection::probe() {
  if (phase_ != Phase::open) return;
  probed_ = true;
  send_ping();
}

void Connection::send_ping() {
  wire::append_frame(urgent_, wire::Opcode::ping, {});
  pong_is_last_ = false;
  worker_.attend_to(*this);
}

void Connection::send(std::string_view bytes) {
  urgent_.append(bytes);
  worker_.attend_to(*this);
}

/// The answer to the request in hand. The next one is looked at when it is written: what a peer does not read stays
/// with the peer.
void Connection::reply(std::string bytes) {
  FramePtr frame = std::make_shared<const Frame>(std::move(bytes), std::uint8_t{0}, true);
  const std::string_view view = frame->bytes();
  const std::size_t before = outbox_.weight();
  outbox_.push(std::move(frame), view, std::numeric_limits<std::size_t>::max() / 2, 0);
  worker_.meter().outbox_bytes += outbox_.weight() - before;
  replying_ = held_back_ = true;
  worker_.attend_to(*this);
}

void Connection::resume() {
  held_back_ = false;
  worker_.attend_to(*this);
}

void Connection::established() {
  place_->established();
}

void Connection::open(const http::Route& route, session::Opening opening, auth::IdentityPtr identity) {
  established();
  phase_ = Phase::open;
  decoder_ = wire::WebSocketDecoder(route.profile->limits.message_bytes);
  endpoint_ = route.endpoint;
  spoke_at_ = worker_.now();
  const Millis every = endpoint_->ping.every;
  wait_for_ping(every.count() == 0 ? Instant::max() : spoke_at_ + worker_.jittered(every));
  limits_ = &route.profile->limits;
  opening.carrier = this;
  opening.place = place_;
  set_session(worker_.sessions().open(route.profile, *route.endpoint, std::move(opening), std::move(identity)));
}

void Connection::open(const engine_io::Sid& engine, const profile::Limits& limits) {
  established();
  phase_ = Phase::open;
  decoder_ = wire::WebSocketDecoder(limits.message_bytes);
  limits_ = &limits;
  engine_ = std::make_unique<engine_io::Sid>(engine);
  set_deadline(Instant::max());  // the engine has a heartbeat of its own
}

void Connection::open_busy() {
  established();
  phase_ = Phase::open;
  decoder_ = wire::WebSocketDecoder(wire::kMaxControlPayload);
  begin_closing(wire::close_frame(1005, {}));
}

bool Connection::push(FramePtr frame) {
  const std::string_view bytes = frame->bytes();
  return push(std::move(frame), bytes);
}

bool Connection::push(FramePtr frame, std::string_view bytes) {
  if (phase_ != Phase::open) return true;
  worker_.attend_to(*this);
  if (enqueue(frame, bytes)) return true;
  // Perhaps nothing was written for a while: whether the peer is slow, its socket says. If that is broken, attend()
  // will find it so.
  if (!socket_.blocked() && (!write_out() || enqueue(frame, bytes))) return true;
  const std::size_t before = outbox_.weight();
  outbox_.drop_unstarted();
  worker_.meter().outbox_bytes -= before - outbox_.weight();
  return false;
}

/// False: it does not fit, and is still the caller's.
bool Connection::enqueue(FramePtr& frame, std::string_view bytes) {
  const std::size_t before = outbox_.weight();
  if (!outbox_.push(std::move(frame), bytes, limits_->outbox_bytes, limits_->outbox_frames)) return false;
  worker_.meter().outbox_bytes += outbox_.weight() - before;
  return true;
}

void Connection::tell_engine(engine_io::Input::Kind kind) {
  engine_io::Input input;
  input.kind = kind;
  input.to = *engine_;
  input.from = {worker_.index(), id_};
  worker_.sockets().tell(std::move(input));
}

void Connection::obey(engine_io::Command& command) {
  using Kind = engine_io::Command::Kind;
  switch (command.kind) {
    case Kind::answer:
      return answer(std::move(*command.response));
    case Kind::refuse:
    case Kind::accept:
    case Kind::busy:
      if (phase_ == Phase::http) http_->upgrade(command);
      return;
    case Kind::frame:
      if (!push(std::move(command.frame), command.bytes)) tell_engine(engine_io::Input::Kind::slow);
      return;
    case Kind::say:
      if (phase_ == Phase::open) send(command.text);
      return;
    case Kind::ping:
      return probe();
    case Kind::drain:
      return tell_when_drained();
    case Kind::resume:
      if (phase_ != Phase::http) resume();
      return;
    case Kind::close:
      finish();
      end(command.code, command.text, command.takes_rest);
      if (!command.takes_rest) let_go();
      return;
  }
}

void Connection::answer(http::Response response) {
  if (phase_ == Phase::http) http_->answer(std::move(response));
}

/// The transport's own wish, or the peer's.
void Connection::close_for(session::Gone gone, std::uint16_t code, std::string_view reason) {
  if (phase_ != Phase::open) return;
  // What was already answered is still written, within close_within: the peer may have said it all in one piece.
  const bool takes_rest = gone == session::Gone::drained && session_;
  begin_closing(wire::close_frame(code, reason), takes_rest);
  if (engine_) return tell_engine(engine_io::Input::Kind::closed);
  worker_.sessions().hang_up(session_, gone, takes_rest);
}

void Connection::close(const session::Farewell& farewell) {
  if (phase_ == Phase::open) {
    begin_closing(wire::close_frame(farewell.code, farewell.reason), farewell.takes_rest);
  } else if (!farewell.takes_rest) {
    let_go();
  }
}

/// Nothing more of what the peer has said is taken.
void Connection::let_go() {
  takes_rest_ = false;
  held_back_ = false;
  worker_.attend_to(*this);
}

void Connection::end(std::uint16_t code, std::string_view reason, bool takes_rest) {
  if (phase_ == Phase::open) begin_closing(wire::close_frame(code, reason), takes_rest);
}

void Connection::finish() {
  if (phase_ == Phase::http) begin_closing({});
}

void Connection::begin_closing(std::string last_word, bool takes_rest) {
  phase_ = Phase::closing;
  last_word_ = std::move(last_word);
  takes_rest_ = takes_rest;
  if (!takes_rest) held_back_ = false;
  awaiting_pong_ = false;
  probed_ = false;
  set_deadline(worker_.now() + worker_.settings().close_within);
  worker_.attend_to(*this);
}

/// All that the peer had said is handed over.
void Connection::end_of_input() {
  takes_rest_ = false;
  if (session_) worker_.sessions().hang_up(session_, session::Gone::lost);
  if (engine_) tell_engine(engine_io::Input::Kind::closed);
}

/// A POST that had come whole is taken, although nobody waits for its answer any more: after a reset the library reads
/// nothing.
void Connection::take_last_request() {
  const net::Fd rest = socket_.take_rest(held_);
  for (;;) {
    if (held_back_ || phase_ != Phase::http || !http_->may_be_post(held_)) return;
    std::string bytes = std::exchange(held_, {});
    std::span<char> left(bytes);
    consume(left);
    held_.assign(left.data(), left.size());
    if (!held_.empty()) continue;
    std::array<char, kFeedAtOnce> piece;
    const ssize_t got = rest ? ::recv(rest.get(), piece.data(), piece.size(), MSG_DONTWAIT) : 0;
    if (got <= 0) return;
    worker_.meter().bytes_in += static_cast<std::size_t>(got);
    held_.assign(piece.data(), static_cast<std::size_t>(got));
  }
}

void Connection::closed() {
  if (phase_ == Phase::http && http_ && socket_) take_last_request();
  worker_.meter().outbox_bytes -= outbox_.weight();
  outbox_ = {};
  if (http_) http_->gone();
  if (phase_ == Phase::open) {
    rest_ = socket_.take_rest(held_);
    takes_rest_ = true;
    if (session_) worker_.sessions().hang_up(session_, session::Gone::lost, true);
  }
  phase_ = Phase::gone;
  if (!feed()) worker_.free(*this);
}

/// Hands over what the peer had said, as far as its session has room: what waits longer stays in the kernel. False:
/// that was all.
bool Connection::feed() {
  while (takes_rest_ && !held_back_) {
    if (held_.empty() && rest_) {
      std::array<char, kFeedAtOnce> piece;
      const ssize_t got = ::recv(rest_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
      if (got > 0) {
        worker_.meter().bytes_in += static_cast<std::size_t>(got);
        held_.assign(piece.data(), static_cast<std::size_t>(got));
      } else if (got == 0 || errno != EINTR) {
        rest_ = {};
      }
      if (held_.empty() && rest_) continue;
    }
    if (held_.empty()) break;
    std::string bytes = std::exchange(held_, {});
    std::span<char> left(bytes);
    consume(left);
    held_.assign(left.data(), left.size());
  }
  if (takes_rest_ && held_back_) return true;
  end_of_input();
  return false;
}

}  // namespace polygate::server
