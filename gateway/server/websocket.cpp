#include "gateway/server/websocket.h"

#include <utility>

#include "gateway/server/connection.h"
#include "gateway/server/worker.h"
#include "gateway/wire/websocket_frame.h"

namespace polygate::server {

void WebSocket::open(const http::Route& route, session::Opening opening, auth::IdentityPtr identity) {
  Worker& worker = connection_.worker();
  limits_ = &route.profile->limits;
  keep_alive_.begin(*route.endpoint, worker.now(), worker.jittered(route.endpoint->ping.every));
  connection_.set_deadline(keep_alive_.due());
  opening.carrier = this;
  opening.place = connection_.place();
  partner_ = Partner(worker.sessions().open(route.profile, *route.endpoint, std::move(opening), std::move(identity)));
}

void WebSocket::open(const engine_io::Sid& socket, const profile::Limits& limits) {
  limits_ = &limits;
  partner_ = Partner(socket);
  connection_.set_deadline(Instant::max());  // the socket has a heartbeat of its own
}

void WebSocket::open_busy() {
  begin_closing(wire::close_frame(1005, {}), false);
}

void WebSocket::receive(std::span<char>& bytes) {
  using Kind = wire::WebSocketItem::Kind;
  while ((connection_.is_open() || takes_rest_) && !connection_.is_held_back()) {
    const wire::WebSocketItem item = decoder_.next(bytes);
    if (!connection_.is_open() && (item.kind == Kind::close || item.kind == Kind::violation)) {
      takes_rest_ = false;
      return;
    }
    switch (item.kind) {
      case Kind::more:
        return;
      case Kind::text:
      case Kind::binary:
        spoke();
        if (!partner_.message(connection_, item.kind == Kind::text, item.payload)) connection_.hold();
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
        violated(item.code, item.payload);
        break;
    }
  }
}

void WebSocket::ping_came(std::string_view payload) {
  using Verdict = wire::PingBudget::Verdict;
  if (!connection_.is_open()) return;
  spoke();
  Output& output = connection_.output();
  const Verdict verdict = budget_.ping(connection_.worker().now(), output.waiting_pongs());
  if (verdict == Verdict::flood) return violated(1008, "too many pings");
  output.pong(payload, verdict == Verdict::coalesce);
  connection_.attend_soon();
}

void WebSocket::heard() {
  if (keep_alive_.is_asked()) {
    keep_alive_.answered(connection_.worker().jittered(keep_alive_.every()));
    connection_.set_deadline(keep_alive_.due());
  }
  if (std::exchange(is_probed_, false)) partner_.alive(connection_);
}

/// The clock is asked where somebody wants to know.
void WebSocket::spoke() {
  if (keep_alive_.has_idle()) keep_alive_.spoke(connection_.worker().now());
}

void WebSocket::writable() {
  if (!keep_alive_.is_asked()) return;
  keep_alive_.is_slow(connection_.worker().now());
  connection_.set_deadline(keep_alive_.due());
}

void WebSocket::drained() {
  if (connection_.is_open()) partner_.drained(connection_);
}

bool WebSocket::on_deadline(Instant now) {
  Worker& worker = connection_.worker();
  if (worker.draining()) {
    ++worker.meter().closes[worker.drain_code()];
    close_for(session::Gone::drained, worker.drain_code(), "going away");
    return true;
  }
  switch (keep_alive_.judge(now, connection_.has_unread(), connection_.is_held_back())) {
    case KeepAlive::Due::idle:
      violated(4408, "limit idle reached");
      return true;
    case KeepAlive::Due::lost:
      ++worker.meter().lost;
      return false;
    case KeepAlive::Due::ping:
      ping();
      keep_alive_.asked(now);
      break;
    case KeepAlive::Due::nothing:
      break;
  }
  connection_.set_deadline(keep_alive_.due());
  return true;
}

void WebSocket::drain_at(Instant when) {
  if (!partner_.is_session()) return;  // a socket of Engine.IO says goodbye itself
  keep_alive_.stop();
  connection_.set_deadline(when);
}

void WebSocket::probe() {
  if (!connection_.is_open()) return;
  is_probed_ = true;
  ping();
}

void WebSocket::ping() {
  std::string frame;
  wire::append_frame(frame, wire::Opcode::ping, {});
  connection_.send(frame);
}

bool WebSocket::push(FramePtr frame) {
  const std::string_view bytes = frame->bytes();
  return push(std::move(frame), bytes);
}

bool WebSocket::push(FramePtr frame, std::string_view bytes) {
  if (!connection_.is_open()) return true;
  connection_.attend_soon();
  Output& output = connection_.output();
  if (output.push(frame, bytes, limits_->outbox_bytes, limits_->outbox_frames)) return true;
  // Perhaps nothing was written for a while: whether the peer is slow, its socket says. If that is broken, attend()
  // will find it so.
  if (!output.socket().blocked() &&
      (!connection_.write() || output.push(frame, bytes, limits_->outbox_bytes, limits_->outbox_frames))) {
    return true;
  }
  output.drop_unstarted();
  return false;
}

bool WebSocket::has_room() const {
  return connection_.output().weight() * 2 <= limits_->outbox_bytes;
}

void WebSocket::tell_when_drained() {
  connection_.tell_when_drained();
}

void WebSocket::resume_input() {
  connection_.resume();
}

void WebSocket::obey(engine_io::Command& command) {
  using Kind = engine_io::Command::Kind;
  switch (command.kind) {
    case Kind::answer:
    case Kind::refuse:
    case Kind::accept:
    case Kind::busy:
      return;  // to a request that is not waited for any more
    case Kind::frame:
      if (!push(std::move(command.frame), command.bytes)) partner_.slow(connection_);
      return;
    case Kind::say:
      if (connection_.is_open()) connection_.send(command.text);
      return;
    case Kind::ping:
      return probe();
    case Kind::drain:
      return tell_when_drained();
    case Kind::resume:
      return resume_input();
    case Kind::close:
      return close({.code = command.code, .reason = std::move(command.text), .takes_rest = command.takes_rest});
  }
}

/// The transport's own wish, or the peer's.
void WebSocket::close_for(session::Gone gone, std::uint16_t code, std::string_view reason) {
  if (!connection_.is_open()) return;
  // What was already answered is still written, within close_within: the peer may have said it all in one piece.
  const bool takes_rest = gone == session::Gone::drained && partner_.is_session();
  begin_closing(wire::close_frame(code, reason), takes_rest);
  partner_.hang_up(connection_, gone, takes_rest);
}

void WebSocket::violated(std::uint16_t code, std::string_view why) {
  connection_.worker().note_close(code, why, connection_.peer().text());
  close_for(session::Gone::lost, code, why);
}

void WebSocket::close(const session::Farewell& farewell) {
  if (connection_.is_open()) {
    begin_closing(wire::close_frame(farewell.code, farewell.reason), farewell.takes_rest);
  } else if (!farewell.takes_rest) {
    let_go();
  }
}

/// Nothing more of what the peer has said is taken.
void WebSocket::let_go() {
  takes_rest_ = false;
  connection_.resume();
}

void WebSocket::begin_closing(std::string last_word, bool takes_rest) {
  takes_rest_ = takes_rest;
  is_probed_ = false;
  keep_alive_.stop();
  connection_.begin_closing(std::move(last_word));
}

void WebSocket::end_of_input() {
  takes_rest_ = false;
  partner_.hang_up(connection_, session::Gone::lost, false);
}

void WebSocket::lost() {
  takes_rest_ = true;
  partner_.hang_up(connection_, session::Gone::lost, true);
}

}  // namespace polygate::server
