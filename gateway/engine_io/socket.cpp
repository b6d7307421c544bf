// The packets of Engine.IO (github.com/socketio/engine.io-protocol), its heartbeat, and how a session of it ends.
#include "gateway/engine_io/socket.h"

#include <algorithm>
#include <utility>

#include "gateway/base/reason.h"
#include "gateway/wire/websocket_frame.h"

namespace polygate::engine_io {
namespace {

using dialect::EngineEncoding;
using dialect::EngineMessage;

/// How long a client that polls has to fetch the last words.
constexpr Millis kLastPoll{10'000};

constexpr char kSlow[] = "slow consumer: limit outbox_bytes";

FramePtr frame_of(Type type, std::string_view data) {
  return std::make_shared<const Frame>(std::make_unique<const EngineMessage>(type, data));
}

http::Response empty(int status) {
  http::Response response;
  response.status = status;
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

}  // namespace

Socket::Socket(Host& host, const Sid& id, const http::Route& route, Revision revision)
    : host_(&host),
      id_(id),
      route_(route),
      revision_(revision),
      heartbeat_(revision == Revision::v4, route_.endpoint->ping, host.now()) {}

Socket::~Socket() = default;

std::string Socket::open_packet() const {
  const profile::PingPolicy& ping = route_.endpoint->ping;
  const Millis timeout = revision_ == Revision::v4 ? ping.timeout : ping.client_timeout;
  const bool upgrades = !websocket_ && route_.profile->engine.websocket;
  return "{\"sid\":\"" + id_.text() + "\",\"upgrades\":[" + (upgrades ? "\"websocket\"" : "") +
         "],\"pingInterval\":" + std::to_string(ping.every.count()) +
         ",\"pingTimeout\":" + std::to_string(timeout.count()) +
         ",\"maxPayload\":" + std::to_string(route_.profile->limits.message_bytes) + '}';
}

void Socket::begin_polling(const ConnectionRef& from, const Query& query) {
  polling_ = std::make_unique<Polling>(revision_, query, route_.profile->engine);
  polling_->get = from;
  begin();
}

void Socket::begin_websocket(const ConnectionRef& from) {
  websocket_ = from;
  begin();
}

void Socket::begin() {
  push(frame_of(Type::open, open_packet()), 0);
  user_->opened();
  wake();
}

void Socket::arrive(Host& host) {
  host_ = &host;
  has_moved_ = true;
  leaves_for_.reset();
  user_->arrived();
  for (const Held& held : std::exchange(held_, {})) {
    if (is_over()) break;
    packet({held.type, held.binary, held.data});
  }
  holds_back_ = true;
  wake();
}

bool Socket::leave_for(WorkerIndex worker, std::string first) {
  if (has_moved_ || !host_->knows(worker)) return false;
  leaves_for_ = worker;
  held_.push_back({Type::message, false, std::move(first)});
  wake();
  return true;
}

bool Socket::message(const ConnectionRef& from, bool text, std::string_view bytes) {
  if (is_closing() && !takes_rest()) return true;
  if (upgrade_ && upgrade_->connection == from) {
    probe_message(text, bytes);
    return true;
  }
  if (websocket_ != from) return true;
  std::string scratch;
  const auto found = decode_message(revision_, text, bytes, scratch);
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
  return !is_over() && (leaves_for_ || user_->is_full());
}

void Socket::input(Input& input) {
  using Kind = Input::Kind;
  // The timer may come a moment later than what is said at the moment that it waits for.
  if (const Instant now = host_->now(); now >= due()) tick(now);
  switch (input.kind) {
    case Kind::begins:
      return begins(input.from);
    case Kind::request:
      return request(input.from, *input.request);
    case Kind::upgrade:
      return upgrade(input);
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
      return closed(input.from);
  }
}

/// One of its connections is over.
void Socket::closed(const ConnectionRef& from) {
  if (websocket_ == from) return die(session::Gone::lost);
  if (upgrade_ && upgrade_->connection == from) upgrade_.reset();
  if (!polling_) return;
  if (polling_->post == from) polling_->post.reset();
  if (polling_->receiving == from) polling_->receiving.reset();
  if (polling_->get == from) {
    polling_->get.reset();
    if (state_ == State::open) state_ = State::lost;  // at the end of the turn: what was posted may be behind this
    if (state_ == State::last_words) return die(session::Gone::lost);
  }
  if (state_ == State::lost) wake();
}

/// One packet of the client.
void Socket::packet(const Packet& packet) {
  if (is_closing() && !takes_rest() && packet.type != Type::close) return;
  // A client sends few packets before its connects are answered, and hands over no more after this.
  if (leaves_for_) return held_.push_back({packet.type, packet.binary, std::string(packet.data)});
  heard();
  switch (packet.type) {
    case Type::message:
      return user_->message(packet);
    case Type::ping:
      if (revision_ == Revision::v4) return malformed("a ping from the client, where the server pings");
      if (!push(frame_of(Type::pong, packet.data), 0)) give_up(1013, kSlow);
      return;
    case Type::pong:
      if (revision_ == Revision::v3) return malformed("a pong from the client, where the client pings");
      return;
    case Type::close:
      if (polling_ && polling_->get) answer_poll({Type::noop, false, {}});
      return die(session::Gone::closed);
    case Type::open:
      return malformed("an open packet from the client");
    case Type::upgrade:
    case Type::noop:
      return;
  }
}

/// A sign of life: whatever we wait for, the client is there.
void Socket::heard() {
  if (!takes_rest() && heartbeat_.heard(host_->now())) host_->arm(*this);
  user_->heard();
}

/// Overtakes what waits for the WebSocket: a client that is busy with a large transfer counts the time between pings.
void Socket::ping() {
  if (!websocket_) {
    if (!push(frame_of(Type::ping, {}), 0)) give_up(1013, kSlow);
    return;
  }
  Command command{Command::Kind::say, *websocket_};
  wire::append_frame(command.text, wire::Opcode::text, "2");
  host_->command(std::move(command));
}

void Socket::ask() {
  if (revision_ == Revision::v4) {
    if (heartbeat_.ask(host_->now())) ping();
    host_->arm(*this);
  } else if (websocket_) {
    host_->command({Command::Kind::ping, *websocket_});
  } else {
    release_poll();  // it asks again, if it is there
  }
}

bool Socket::to_websocket(const FramePtr& frame, std::uint16_t scope) {
  const auto encoding = revision_ == Revision::v4 ? EngineEncoding::websocket_v4 : EngineEncoding::websocket_v3;
  return host_->send_frame(*websocket_, frame,
                           frame->bytes({static_cast<std::uint8_t>(encoding), user_->scope(scope)}));
}

bool Socket::push(FramePtr frame, std::uint16_t scope) {
  if (is_closing()) return true;
  if (websocket_) return to_websocket(frame, scope);
  const std::size_t weight = Polling::weight_of(*frame);
  if (!polling_->is_empty() && polling_->bytes() + weight > route_.profile->limits.outbox_bytes) return false;
  host_->meter().outbox_bytes += weight;
  polling_->push(std::move(frame), scope);
  wake();
  return true;
}

bool Socket::has_room() const {
  if (websocket_) return host_->has_room(*websocket_);
  return pending_bytes() * 2 <= route_.profile->limits.outbox_bytes;
}

void Socket::ask_for_drained() {
  if (websocket_) host_->command({Command::Kind::drain, *websocket_});
  wake();
}

void Socket::resume_input() {
  if (!holds_back_ || is_full()) return;
  holds_back_ = false;
  if (websocket_) host_->command({Command::Kind::resume, *websocket_});
  if (polling_ && polling_->post) answer(*std::exchange(polling_->post, std::nullopt), post_answer());
}

bool Socket::attend() {
  if (!is_over() && broken_) die(session::Gone::lost);
  if (state_ == State::lost && !polling_->receiving) die(session::Gone::lost);
  if (!is_over() && close_code_) close();
  if (!is_over()) user_->settle();
  if (!is_over()) resume_input();
  flush_poll();
  if (!is_over() && polling_ && polling_->is_empty()) user_->drained();
  host_->arm(*this);
  return !is_over();
}

void Socket::close_soon(std::uint16_t code, std::string_view reason) {
  if (is_closing() || close_code_) return;
  close_code_ = code;
  close_reason_ = reason;
  wake();
}

void Socket::give_up(std::uint16_t code, std::string_view why) {
  if (is_closing() || close_code_) return;
  host_->note_close(code, why, user_->address());
  close_soon(code, why);
}

void Socket::break_off(std::uint16_t code, std::string_view reason) {
  broken_ = true;
  close_code_ = code;
  close_reason_ = reason;
  wake();
}

void Socket::malformed(std::string_view why) {
  const std::uint16_t code = close_code(Reason::malformed);
  const std::string reason = "parse error: " + std::string(why);
  if (!is_closing() && !close_code_) host_->note_close(code, reason, user_->address());
  break_off(code, reason);
  die(session::Gone::lost);
}

void Socket::close() {
  if (is_closing()) return;
  const bool drains = host_->drains().has_value();
  if (upgrade_ && upgrade_->probed) {
    stage_due_ = upgrade_->due;  // the client neither polls nor listens before it has upgraded
    if (drains) stage_due_ = std::min(stage_due_, host_->now() + host_->close_within());
    return;
  }
  if (upgrade_) abandon_upgrade();
  const bool has_last_words = polling_ && (polling_->get || !polling_->is_empty());
  if (websocket_ || state_ == State::lost || (drains && !has_last_words)) return leave(session::Gone::closed);
  state_ =
      State::last_words;  // the close packet has an answer of its own: clients 4.x take a payload's last packet first
  stage_due_ = host_->now() + (drains ? host_->close_within() : kLastPoll);
  wake();
}

/// Our own wish to end: a WebSocket first hands over what it has read by now.
void Socket::leave(session::Gone why) {
  if (!websocket_ || takes_rest()) return die(why);
  state_ = State::taking_rest;
  heartbeat_.rest();
  stage_due_ = host_->now() + route_.profile->limits.finish_within;
  close_connection(true);
  user_->closing(why);
  wake();
}

void Socket::close_connection(bool takes_rest) {
  Command command{Command::Kind::close, *websocket_};
  command.code = close_code_.value_or(1000);
  // Clients 1.x take the codes that came after RFC 6455 for a broken frame.
  if (revision_ == Revision::v3 && command.code >= 1012 && command.code <= 1014) command.code = 1001;
  command.text = close_reason_;
  command.takes_rest = takes_rest;
  host_->command(std::move(command));
}

/// It is over: the user is told, and whoever waits on a connection is answered.
void Socket::die(session::Gone why) {
  if (std::exchange(state_, State::over) == State::over) return;
  if (polling_ && polling_->get) answer_poll({Type::close, false, {}});
  if (polling_ && polling_->post) answer(*std::exchange(polling_->post, std::nullopt), post_answer());
  if (upgrade_) host_->command({Command::Kind::close, upgrade_->connection});
  if (websocket_) close_connection(false);
  user_->closed(why, broken_);
  wake();
}

Instant Socket::due() const {
  if (is_over()) return Instant::max();
  const Instant upgrade = upgrade_ ? upgrade_->due : Instant::max();
  return std::min({heartbeat_.due(), stage_due_, upgrade, user_->due()});
}

void Socket::tick(Instant now) {
  if (is_over()) return;
  if (upgrade_ && now >= upgrade_->due) abandon_upgrade();
  if (now >= stage_due_) {
    stage_due_ = Instant::max();
    if (is_closing() || close_code_) return die(session::Gone::lost);
    const std::uint16_t code = host_->drains().value_or(1001);
    ++host_->meter().closes[code];
    close_soon(code, "going away");
    return close();
  }
  if (now >= user_->due()) user_->time_is_over();
  if (is_over()) return;
  const Heartbeat::Due due = heartbeat_.take(now);
  if (due == Heartbeat::Due::ping) ping();
  if (due != Heartbeat::Due::end) return;
  if (is_full()) {
    heartbeat_.give_time(now);  // its sign of life may be among what waits for room
    return;
  }
  ++host_->meter().lost;
  close_code_ = 4408;
  close_reason_ = "ping timeout";
  leave(session::Gone::lost);
}

void Socket::drain_at(Instant when) {
  if (takes_rest()) return;
  stage_due_ = std::min(stage_due_, is_to_close() ? when + host_->close_within() : when);
  host_->arm(*this);
}

// Requests

void Socket::answer(const ConnectionRef& to, http::Response response) {
  Command command{Command::Kind::answer, to};
  command.response = std::make_unique<http::Response>(std::move(response));
  host_->command(std::move(command));
}

void Socket::request(const ConnectionRef& from, Request& request) {
  if (polling_ && polling_->receiving == from) polling_->receiving.reset();
  if (state_ == State::lost) wake();
  if (is_over()) return answer(from, refusal(Refusal::sid()));
  if (websocket_ || request.revision != revision_) return answer(from, refusal(Refusal::request()));
  if (request.method == "GET") return poll(from, request);
  if (request.method == "POST") return post(from, request);
  answer(from, empty(500));
}

void Socket::poll(const ConnectionRef& from, Request& request) {
  if (state_ == State::lost) return answer(from, refusal(Refusal::sid()));
  if (polling_->get) {
    answer(from, empty(400));  // two at once: nobody could say in which order they are answered
    return die(session::Gone::lost);
  }
  user_->heard();  // of revision 3, this is what the end of its last poll has asked for
  polling_->get = from;
  polling_->get_jsonp = std::move(request.jsonp);
  wake();
}

void Socket::begins(const ConnectionRef& from) {
  if (is_over() || websocket_ || state_ == State::lost || refuse_second_post(from)) return;
  polling_->receiving = from;
}

/// Of two at once nobody could say which was meant first: both connections end, and so does the session. False: it is
/// the only one.
bool Socket::refuse_second_post(const ConnectionRef& from) {
  const auto first = polling_->other_post(from);
  if (!first) return false;
  http::Response refused = empty(400);
  refused.close = true;  // its request may be on its way here: it must not be answered twice
  answer(from, std::move(refused));
  if (polling_->receiving) host_->command({Command::Kind::close, *first});
  die(session::Gone::lost);
  return true;
}

void Socket::post(const ConnectionRef& from, Request& request) {
  if (refuse_second_post(from)) return;
  if (revision_ == Revision::v4 && request.content_type.starts_with("application/octet-stream")) {
    answer(from, empty(400));
    return die(session::Gone::lost);
  }
  if (auto refused = take_body(request)) return answer(from, std::move(*refused));
  holds_back_ = is_full();
  if (holds_back_) {
    polling_->post = from;  // TCP cannot push back here: the next request waits for this answer
  } else {
    answer(from, post_answer());
  }
}

/// Hands every packet of the body on, until the session ends. Where one of them is too large, none is taken. A body
/// that is none is answered like one that was taken: its session has ended.
std::optional<http::Response> Socket::take_body(const Request& request) {
  auto body = Body::of(request, revision_);
  if (!body) {
    malformed(body.failure().message);
    return std::nullopt;
  }
  const std::size_t limit = route_.profile->limits.message_bytes;
  if (body->is_too_large(limit, user_->gathered())) {
    host_->log().write_rarely("limit message_bytes", Level::info, "request refused",
                              {{"limit", "message_bytes"},
                               {"bytes", static_cast<std::int64_t>(limit)},
                               {"profile", route_.profile->name},
                               {"address", user_->address()}});
    return empty(413);
  }
  do {
    const auto found = body->take(polling_->double_utf8);
    if (!found) {
      malformed(found.failure().message);
      break;
    }
    packet(*found);
  } while (!body->is_empty() && !is_over());
  return std::nullopt;
}

/// Answers the poll that waits with what there is for it.
void Socket::flush_poll() {
  if (!polling_ || websocket_ || is_over() || !polling_->get) return;
  if (polling_->is_empty()) {
    if (state_ == State::last_words) return die(session::Gone::closed);
    if (upgrade_ && upgrade_->probed) answer_poll({Type::noop, false, {}});
    return;
  }
  const std::size_t before = polling_->bytes();
  http::Response response = polling_->answer([this](std::uint16_t scope) { return user_->scope(scope); }, id_);
  host_->meter().outbox_bytes -= before - polling_->bytes();
  answer(*std::exchange(polling_->get, std::nullopt), std::move(response));
}

void Socket::answer_poll(const Packet& packet) {
  answer(*std::exchange(polling_->get, std::nullopt), polling_->answer(packet, id_));
}

/// Ends the wait of a poll, whether there is anything for it or not.
void Socket::release_poll() {
  flush_poll();
  if (polling_ && !websocket_ && !is_over() && polling_->get) answer_poll({Type::noop, false, {}});
}

// From polling to a WebSocket, without loss, reordering or delay (engine.io-protocol, "Upgrade").

void Socket::upgrade(const Input& input) {
  if (is_closing() || input.revision != revision_) {
    Command command{Command::Kind::refuse, input.from};
    command.text = is_closing() ? Refusal::sid().message : Refusal::request().message;
    return host_->command(std::move(command));
  }
  const bool is_busy = websocket_ || upgrade_;
  if (!is_busy) {
    const Instant due = host_->now() + route_.profile->engine.upgrade_within;
    upgrade_ = std::make_unique<Upgrade>(Upgrade{input.from, false, due});
    host_->arm(*this);
  }
  host_->command({is_busy ? Command::Kind::busy : Command::Kind::accept, input.from});
}

void Socket::probe_message(bool text, std::string_view bytes) {
  if (text && bytes == "2probe" && !upgrade_->probed) {
    Command command{Command::Kind::say, upgrade_->connection};
    wire::append_frame(command.text, wire::Opcode::text, "3probe");
    host_->command(std::move(command));
    upgrade_->probed = true;
    release_poll();  // the client pauses polling, and for that its poll must end; later ones are released too
  } else if (text && bytes == "5" && upgrade_->probed) {
    complete_upgrade();
  } else {
    abandon_upgrade();
  }
}

void Socket::complete_upgrade() {
  const ConnectionRef connection = std::exchange(upgrade_, nullptr)->connection;
  release_poll();
  websocket_ = connection;
  if (state_ == State::lost) state_ = State::open;
  if (polling_->post) answer(*polling_->post, post_answer());
  bool fits = true;
  while (!polling_->is_empty()) {
    const Polling::Waiting next = polling_->pop();
    host_->meter().outbox_bytes -= Polling::weight_of(*next.frame);
    fits = to_websocket(next.frame, next.scope) && fits;
  }
  polling_.reset();
  if (user_->asks_for_drained()) ask_for_drained();
  heard();
  if (!fits) give_up(1013, kSlow);
  if (close_code_) close();
}

/// The WebSocket goes, polling goes on.
void Socket::abandon_upgrade() {
  host_->command({Command::Kind::close, std::exchange(upgrade_, nullptr)->connection});
}

}  // namespace polygate::engine_io
