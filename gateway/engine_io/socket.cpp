// The packets of Engine.IO (github.com/socketio/engine.io-protocol), and how a session of it begins, lives and ends.
#include "gateway/engine_io/socket.h"

#include <algorithm>
#include <utility>

#include "gateway/base/reason.h"
#include "gateway/dialect/engine_message.h"

namespace polygate::engine_io {
namespace {

/// How long a client that polls has to fetch the last words.
constexpr Millis kLastPoll{10'000};

constexpr char kSlow[] = "slow consumer: limit outbox_bytes";

FramePtr frame_of(Type type, std::string_view data) {
  return std::make_shared<const Frame>(std::make_unique<const dialect::EngineMessage>(type, data));
}

std::string open_packet(const Socket& socket, bool upgrades) {
  const profile::PingPolicy& ping = socket.route.endpoint->ping;
  const Millis timeout = socket.revision == Revision::v4 ? ping.timeout : ping.client_timeout;
  return "{\"sid\":\"" + socket.id.text() + "\",\"upgrades\":[" + (upgrades ? "\"websocket\"" : "") +
         "],\"pingInterval\":" + std::to_string(ping.every.count()) +
         ",\"pingTimeout\":" + std::to_string(timeout.count()) +
         ",\"maxPayload\":" + std::to_string(socket.route.profile->limits.message_bytes) + '}';
}

}  // namespace

Socket::Socket(Host& host, const Sid& sid, const http::Route& at, Revision of)
    : id(sid),
      route(at),
      revision(of),
      host_(&host),
      heartbeat_(revision == Revision::v4, route.endpoint->ping, host.now()) {}

void Socket::begin(const ConnectionRef& from, const Query& query) {
  if (query.websocket) {
    websocket_.emplace(from, revision);
  } else {
    polling_ = std::make_unique<Polling>(id, revision, *route.profile, query, from);
  }
  push(frame_of(Type::open, open_packet(*this, polling_ && route.profile->engine.websocket)), 0);
  user_->opened();
  host_->wake(*this);
}

void Socket::arrive(Host& host) {
  host_ = &host;
  const std::vector<Move::Held> held = move_.arrive();
  user_->arrived();
  for (const Move::Held& one : held) {
    if (ending_.is_over()) break;
    packet({one.type, one.binary, one.data});
  }
  holds_back_ = true;
  host_->wake(*this);
}

bool Socket::leave_for(WorkerIndex worker, std::string first) {
  if (!host_->knows(worker) || !move_.begin(worker, std::move(first))) return false;
  host_->wake(*this);
  return true;
}

// What connections tell

bool Socket::message(const ConnectionRef& from, bool text, std::string_view bytes) {
  if (ending_.is_closing() && !ending_.takes_rest()) return true;
  if (upgrade_ && upgrade_->websocket().connection() == from) {
    const Upgrade::Step step = upgrade_->message(*host_, text, bytes);
    if (step == Upgrade::Step::probed) polling_->flush(*host_, *user_, true);  // the client waits for its poll to end
    if (step == Upgrade::Step::done) upgrade();
    if (step == Upgrade::Step::abandoned) upgrade_.reset();
    return true;
  }
  if (!websocket_ || websocket_->connection() != from) return true;
  std::string scratch;
  const auto found = decode_message(revision, text, bytes, scratch);
  if (!found) {
    malformed(found.failure().message);
    return true;
  }
  packet(*found);
  holds_back_ = is_full();
  return !holds_back_;
}

/// The WebSocket hands over no more, and a POST is not answered: the next one waits for that.
bool Socket::is_full() const {
  return !ending_.is_over() && (move_.is_under_way() || user_->is_full());
}

void Socket::input(Input& input) {
  using Kind = Input::Kind;
  // The timer may come a moment later than what is said at the moment that it waits for.
  if (const Instant now = host_->now(); now >= due()) tick(now);
  switch (input.kind) {
    case Kind::begins:
      if (!polling_ || ending_.is_over() || ending_.is_lost()) return;
      if (!polling_->begins(*host_, input.from)) end(session::Gone::lost);
      return;
    case Kind::request:
      return request(input.from, *input.request);
    case Kind::upgrade:
      if (ending_.is_closing()) return host_->command(Command::refuse(input.from, Refusal::sid()));
      if (input.revision != revision) return host_->command(Command::refuse(input.from, Refusal::request()));
      if (websocket_ || upgrade_) return host_->command({Command::Kind::busy, input.from});
      upgrade_ = std::make_unique<Upgrade>(*host_, WebSocket(input.from, revision),
                                           host_->now() + route.profile->engine.upgrade_within);
      return host_->arm(*this);
    case Kind::message:
      if (message(input.from, input.text, input.bytes)) host_->command({Command::Kind::resume, input.from});
      return;
    case Kind::alive:
      return heard();
    case Kind::slow:
      return user_->too_slow();
    case Kind::drained:
      return user_->drained();
    case Kind::over:
      return;
    case Kind::closed:
      if (websocket_ && websocket_->connection() == input.from) return end(session::Gone::lost);
      if (upgrade_ && upgrade_->websocket().connection() == input.from) upgrade_.reset();
      // At the end of the turn: what was posted may be behind this.
      if (polling_ && polling_->closed(input.from) && !ending_.lose()) return end(session::Gone::lost);
      if (ending_.is_lost()) host_->wake(*this);
      return;
  }
}

void Socket::request(const ConnectionRef& from, Request& request) {
  if (polling_) polling_->received(from);
  if (ending_.is_lost()) host_->wake(*this);
  const bool is_wrong = !polling_ || request.revision != revision;
  if (ending_.is_over() || (!is_wrong && ending_.is_lost() && request.method == "GET")) {
    return host_->command(Command::answer(from, refusal(Refusal::sid())));
  }
  if (is_wrong) return host_->command(Command::answer(from, refusal(Refusal::request())));
  Polling::Asked asked = polling_->request(*host_, *user_, from, request);
  switch (asked.what) {
    case Polling::Asked::What::nothing:
      return;
    case Polling::Asked::What::poll:
      user_->heard();  // of revision 3, this is what the end of its last poll has asked for
      return host_->wake(*this);
    case Polling::Asked::What::end:
      return end(session::Gone::lost);
    case Polling::Asked::What::post:
      break;
  }
  // A body that is none is answered like one that was taken: its session has ended.
  Result<Body>& body = *asked.body;
  if (!body) malformed(body.failure().message);
  while (body && !ending_.is_over()) {
    const auto found = body->take(polling_->double_utf8());
    if (!found) {
      malformed(found.failure().message);
      break;
    }
    packet(*found);
    if (body->is_empty()) break;
  }
  holds_back_ = is_full();
  polling_->posted(*host_, from, holds_back_);
}

/// One packet of the client.
void Socket::packet(const Packet& packet) {
  if (ending_.is_closing() && !ending_.takes_rest() && packet.type != Type::close) return;
  // A client sends few packets before its connects are answered, and hands over no more after this.
  if (move_.is_under_way()) return move_.hold(packet);
  heard();
  switch (packet.type) {
    case Type::message:
      return user_->message(packet);
    case Type::ping:
      if (revision == Revision::v4) return malformed("a ping from the client, where the server pings");
      if (!push(frame_of(Type::pong, packet.data), 0)) give_up(1013, kSlow);
      return;
    case Type::pong:
      if (revision == Revision::v3) return malformed("a pong from the client, where the client pings");
      return;
    case Type::close:
      if (polling_) polling_->release(*host_, Type::noop);
      return end(session::Gone::closed);
    case Type::open:
      return malformed("an open packet from the client");
    case Type::upgrade:
    case Type::noop:
      return;
  }
}

/// The WebSocket is the session's from now on.
void Socket::upgrade() {
  websocket_ = std::exchange(upgrade_, nullptr)->websocket();
  ending_.go_on();
  const bool fits = std::exchange(polling_, nullptr)->hand_over(*host_, *user_, *websocket_);
  if (user_->asks_for_drained()) ask_for_drained();
  heard();
  if (!fits) give_up(1013, kSlow);
  if (ending_.is_decided()) close();
}

// Signs of life

/// Whatever we wait for, the client is there.
void Socket::heard() {
  if (!ending_.takes_rest() && heartbeat_.heard(host_->now())) host_->arm(*this);
  user_->heard();
}

/// Overtakes what waits for the WebSocket: a client that is busy with a large transfer counts the time between pings.
void Socket::ping() {
  if (websocket_) {
    websocket_->say(*host_, "2");
  } else if (!push(frame_of(Type::ping, {}), 0)) {
    give_up(1013, kSlow);
  }
}

void Socket::ask() {
  if (revision == Revision::v4) {
    if (heartbeat_.ask(host_->now())) ping();
    host_->arm(*this);
  } else if (websocket_) {
    websocket_->tell(*host_, Command::Kind::ping);
  } else {
    polling_->flush(*host_, *user_, true);  // the client asks again, if it is there
  }
}

Instant Socket::due() const {
  if (ending_.is_over()) return Instant::max();
  const Instant upgrade = upgrade_ ? upgrade_->due() : Instant::max();
  return std::min({heartbeat_.due(), ending_.due(), upgrade, user_->due()});
}

void Socket::tick(Instant now) {
  if (ending_.is_over()) return;
  if (upgrade_ && now >= upgrade_->due()) std::exchange(upgrade_, nullptr)->abandon(*host_);
  const Ending::Due stage = ending_.take(now);
  if (stage == Ending::Due::end) return end(session::Gone::lost);
  if (stage == Ending::Due::goodbye) {
    const std::uint16_t code = host_->drains().value_or(1001);
    ++host_->meter().closes[code];
    close_soon({code, "going away"});
    return close();
  }
  if (now >= user_->due()) user_->time_is_over();
  if (ending_.is_over()) return;
  const Heartbeat::Due due = heartbeat_.take(now);
  if (due == Heartbeat::Due::ping) ping();
  if (due != Heartbeat::Due::end) return;
  if (is_full()) {
    heartbeat_.give_time(now);  // its sign of life may be among what waits for room
    return;
  }
  ++host_->meter().lost;
  ending_.decide({4408, "ping timeout"});
  if (websocket_) return close(session::Gone::lost);
  end(session::Gone::lost);
}

// What is said to the client

bool Socket::push(FramePtr frame, std::uint16_t scope) {
  if (ending_.is_closing()) return true;
  if (websocket_) return websocket_->push(*host_, frame, user_->scope(scope));
  if (!polling_->push(*host_, std::move(frame), scope)) return false;
  host_->wake(*this);
  return true;
}

bool Socket::has_room() const {
  return websocket_ ? host_->has_room(websocket_->connection()) : polling_->has_room();
}

void Socket::ask_for_drained() {
  if (websocket_) websocket_->tell(*host_, Command::Kind::drain);
  host_->wake(*this);
}

void Socket::resume_input() {
  if (!holds_back_ || is_full()) return;
  holds_back_ = false;
  if (websocket_) websocket_->tell(*host_, Command::Kind::resume);
  if (polling_) polling_->resume(*host_);
}

Socket::Next Socket::attend() {
  if (move_.is_under_way() && !ending_.is_over()) return {false, move_.to()};
  if (ending_.is_broken() || (ending_.is_lost() && !polling_->is_receiving())) end(session::Gone::lost);
  if (!ending_.is_over() && ending_.is_decided()) close();
  if (!ending_.is_over()) user_->settle();
  if (!ending_.is_over()) resume_input();
  if (polling_ && polling_->is_parked() && polling_->is_empty() && ending_.says_last_words()) {
    end(session::Gone::closed);  // it has heard them
  }
  if (!ending_.is_over() && polling_) {
    polling_->flush(*host_, *user_, upgrade_ && upgrade_->is_probed());
    if (polling_->is_empty()) user_->drained();
  }
  host_->arm(*this);
  return {ending_.is_over(), std::nullopt};
}

// Its end

void Socket::close_soon(session::Farewell farewell) {
  ending_.decide(std::move(farewell));
  host_->wake(*this);
}

void Socket::give_up(std::uint16_t code, std::string_view why) {
  if (ending_.decide({code, std::string(why)})) host_->note_close(code, why, user_->address());
  host_->wake(*this);
}

void Socket::malformed(std::string_view why) {
  const std::uint16_t code = close_code(Reason::malformed);
  const std::string reason = "parse error: " + std::string(why);
  if (ending_.decide({code, reason, true})) host_->note_close(code, reason, user_->address());
  end(session::Gone::lost);
}

void Socket::close(session::Gone why) {
  if (ending_.is_closing()) return;
  const bool drains = host_->drains().has_value();
  const Instant now = host_->now();
  if (upgrade_ && upgrade_->is_probed()) {  // the client neither polls nor listens before it has upgraded
    return ending_.wait(drains ? std::min(upgrade_->due(), now + host_->close_within()) : upgrade_->due());
  }
  if (upgrade_) std::exchange(upgrade_, nullptr)->abandon(*host_);
  if (websocket_) {
    ending_.take_rest(now + route.profile->limits.finish_within);
    heartbeat_.rest();
    websocket_->close(*host_, ending_.code(), ending_.reason(), true);
    user_->closing(why);
    return host_->wake(*this);
  }
  const bool has_last_words = polling_->is_parked() || !polling_->is_empty();
  if (ending_.is_lost() || (drains && !has_last_words)) return end(why);
  // The close packet has an answer of its own: clients 4.x take a payload's last packet first.
  ending_.say_last_words(now + (drains ? host_->close_within() : kLastPoll));
  host_->wake(*this);
}

void Socket::end(session::Gone why) {
  if (!ending_.finish()) return;
  if (polling_) polling_->end(*host_);
  if (upgrade_) upgrade_->abandon(*host_);
  if (websocket_) websocket_->close(*host_, ending_.code(), ending_.reason(), false);
  user_->closed(why, ending_.is_broken());
  host_->wake(*this);
}

void Socket::drain_at(Instant when) {
  ending_.drain_at(when, host_->close_within());
  host_->arm(*this);
}

}  // namespace polygate::engine_io
