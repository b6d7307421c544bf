// How a connection's bytes go out: few calls, no copy where one message waits, everything in order.
#include <utility>

#include "gateway/server/connection.h"
#include "gateway/server/worker.h"

namespace polygate::server {
namespace {

/// Longer messages are written from where they are; shorter ones are cheaper to gather than to write one by one.
constexpr std::size_t kGatherUpTo = 16 * 1'024;
/// At most this goes to the socket at once: what it does not take, the library copies.
constexpr std::size_t kMaxWrite = 64 * 1'024;

}  // namespace

bool Connection::writable() {
  if (awaiting_pong_) {
    // The peer takes bytes, only slowly, and our ping is still among them: that is a sign of life.
    pinged_at_ = worker_.now();
    wait_for_ping(pinged_at_ + endpoint_->ping.timeout);
  }
  if (!write_all()) return false;
  steer_reading();
  return true;
}

/// Writes what waits, and what comes because nothing waits any more. Not while a session is on the stack.
bool Connection::write_all() {
  for (;;) {
    if (!write_out()) return false;
    if (!tells_drained_ || !outbox_.empty() || socket_.blocked()) return true;
    tells_drained_ = false;
    drained();
  }
}

bool Connection::write_out() {
  while (!socket_.blocked()) {
    const Written written = write_once();
    if (written == Written::broken) return false;
    if (written == Written::nothing) {
      if (phase_ == Phase::closing) linger();
      if (std::exchange(replying_, false)) {
        held_back_ = false;
        if (!held_.empty()) worker_.attend_to(*this);
      }
      return true;
    }
  }
  socket_.want_writable();
  return true;
}

Connection::Written Connection::write(std::string_view bytes) {
  worker_.meter().bytes_out += bytes.size();
  ++worker_.meter().writes;
  return socket_.write(bytes) ? Written::some : Written::broken;
}

Connection::Written Connection::write_once() {
  session::Outbox* outbox = outbox_.empty() ? nullptr : &outbox_;

  const bool alone = urgent_.empty() && last_word_.empty();
  if (outbox &&
      (mid_frame_ || (alone && outbox->size() == 1) || (urgent_.empty() && outbox->front().size() > kGatherUpTo))) {
    const std::string_view front = outbox->front();
    const std::string_view piece = front.substr(0, kMaxWrite);
    const Written result = write(piece);
    mid_frame_ = piece.size() < front.size();
    written(piece.size());
    return result;
  }
  if (urgent_.size() > kGatherUpTo) {
    forget_pongs();
    return write(std::exchange(urgent_, {}));
  }

  std::string& gathered = worker_.gathering();
  gathered.assign(urgent_);
  if (!urgent_.empty()) {
    urgent_ = {};
    forget_pongs();
  }
  std::size_t taken = 0;
  if (outbox && outbox->front().size() <= kGatherUpTo) taken = outbox->gather(gathered, kMaxWrite - gathered.size());
  if (!outbox || taken == outbox->bytes()) gathered.append(std::exchange(last_word_, {}));
  if (gathered.empty()) return Written::nothing;
  const Written result = write(gathered);
  if (taken > 0) written(taken);
  return result;
}

void Connection::tell_when_drained() {
  tells_drained_ = true;
  worker_.attend_to(*this);
}

void Connection::drained() {
  if (phase_ != Phase::open) return;
  if (engine_) return tell_engine(engine_io::Input::Kind::drained);
  worker_.sessions().drained(session_);
}

/// Of the messages.
void Connection::written(std::size_t bytes) {
  const std::size_t before = outbox_.weight();
  outbox_.written(bytes);
  worker_.meter().outbox_bytes -= before - outbox_.weight();
}

void Connection::say(std::string_view bytes) {
  if (urgent_.empty() && !socket_.blocked()) write(bytes);
}

void Connection::forget_pongs() {
  waiting_pongs_ = 0;
  last_pong_ = 0;
  pong_is_last_ = false;
}

/// All is said: the peer has a moment to read it and to close too. Closing at once could reset the connection and
/// take our last word out of its hands.
void Connection::linger() {
  socket_.end_output();
  phase_ = Phase::lingering;
  set_deadline(worker_.now() + worker_.settings().linger);
}

}  // namespace polygate::server
