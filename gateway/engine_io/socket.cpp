// The packets of Engine.IO (github.com/socketio/engine.io-protocol), its heartbeat, and how a session of it ends.
#include "gateway/transport/engine.h"

#include <algorithm>
#include <utility>

#include "gateway/transport/worker.h"
#include "gateway/wire/websocket_frame.h"

namespace polygate::transport {
namespace {

using dialect::EngineEncoding;
using dialect::EngineMessage;
using engine_io::Revision;

/// How long a client that polls has to fetch the last words.
constexpr Millis kLastPoll{10'000};

/// In memory, as it waits for a poll.
std::size_t weight_of(const Frame& frame) {
  return frame.weight() + kWaitingFrame;
}

FramePtr frame_of(engine_io::Type type, std::string_view data) {
  return std::make_shared<const Frame>(std::make_unique<const EngineMessage>(type, data));
}

/// What endpoint and profile ask for of the handshake: the rest is not kept as long as the session lives.
session::Opening needed(session::Opening all, const http::Route& route) {
  const auto& token = route.endpoint->token;
  const auto in_token = [&](profile::Root root, const std::string& name) {
    if (!token || token->from.parts.empty()) return false;
    const profile::Path& path = token->from.parts[0].path;
    return path.root == root && !path.segments.empty() && path.segments[0] == name;
  };
  std::erase_if(all.headers, [&](const auto& header) {
    const auto& used = route.profile->headers_used;
    return std::find(used.begin(), used.end(), header.first) == used.end();
  });
  std::erase_if(all.query, [&](const auto& parameter) {
    const auto& known = route.endpoint->query;
    return std::none_of(known.begin(), known.end(), [&](const auto& one) { return one.key == parameter.first; }) &&
           !in_token(profile::Root::query, parameter.first);
  });
  all.headers.shrink_to_fit();
  all.query.shrink_to_fit();
  return all;
}

}  // namespace

Engine::Engine(Worker& worker, EngineId id, const http::Route& route, Revision revision, session::Opening opening,
               std::shared_ptr<const Census::Place> place)
    : worker_(&worker),
      id_(id),
      route_(route),
      revision_(revision),
      place_(std::move(place)),
      opening_(std::make_unique<session::Opening>(needed(std::move(opening), route))),
      heartbeat_(revision == Revision::v4, route_.endpoint->ping, worker.now()) {
  opening_->recoverable = revision == Revision::v4 && is_socket_io() && settings().recovery.within.count() > 0;
}

Engine::~Engine() = default;

bool Engine::is_socket_io() const {
  return route_.profile->dialect->carriage() == dialect::Carriage::socket_io;
}

std::string Engine::open_packet(bool websocket) const {
  const profile::PingPolicy& ping = route_.endpoint->ping;
  const Millis timeout = revision_ == Revision::v4 ? ping.timeout : ping.client_timeout;
  const bool upgrades = !websocket && settings().websocket;
  return "{\"sid\":\"" + id_.text() + "\",\"upgrades\":[" + (upgrades ? "\"websocket\"" : "") +
         "],\"pingInterval\":" + std::to_string(ping.every.count()) +
         ",\"pingTimeout\":" + std::to_string(timeout.count()) +
         ",\"maxPayload\":" + std::to_string(route_.profile->limits.message_bytes) + '}';
}

void Engine::begin_polling(const SocketRef& from, const EngineQuery& query) {
  polling_ = std::make_unique<Polling>();
  polling_->base64 = query.base64 || query.jsonp;
  polling_->always_binary = revision_ == Revision::v3 && !polling_->base64 && query.has_timestamp;
  if (settings().repair_utf8 == profile::EngineSettings::Repair::always) polling_->text = Polling::Text::doubled;
  if (settings().repair_utf8 == profile::EngineSettings::Repair::never) polling_->text = Polling::Text::plain;
  polling_->get = from;
  polling_->get_jsonp = query.jsonp;
  enqueue(frame_of(engine_io::Type::open, open_packet(false)), 0);
  begin();
}

void Engine::begin_websocket(const SocketRef& from) {
  websocket_ = true;
  socket_ = from;
  enqueue(frame_of(engine_io::Type::open, open_packet(true)), 0);
  begin();
}

/// Engine.IO alone has its one session at once, and so has the namespace "/" for clients of revision 3.
void Engine::begin() {
  if (!is_socket_io() || revision_ == Revision::v3) {
    open_space("/", nullptr);
  } else {
    stage_due_ = worker_->now() + settings().connect_within;
  }
  worker_->attend_to(*this);
}

bool Engine::message(const SocketRef& from, bool text, std::string_view bytes) {
  if (over_ || (closing_ && !takes_rest_)) return true;
  if (upgrade_ && upgrade_->socket == from) {
    probe_message(text, bytes);
    return true;
  }
  if (!websocket_ || socket_ != from) return true;
  std::string scratch;
  const auto found = engine_io::decode_message(revision_, text, bytes, scratch);
  if (!found) {
    malformed(found.failure().message);
    return true;
  }
  packet(*found);
  holds_back_ = is_full();
  return !holds_back_;
}

/// The WebSocket hands over no more, and a POST is not answered: the next one waits for that.
bool Engine::is_full() const {
  if (over_) return false;
  return leaves_for_ || std::any_of(spaces_.begin(), spaces_.end(), [](const auto& space) { return space->full; });
}

void Engine::input(EngineInput& input) {
  using Kind = EngineInput::Kind;
  // The timer may come a moment later than what is said at the moment that it waits for.
  if (const Instant now = worker_->now(); now >= due()) tick(now);
  switch (input.kind) {
    case Kind::begins:
      return begins(input.from);
    case Kind::request:
      return request(input.from, *input.request);
    case Kind::upgrade:
      return upgrade(input);
    case Kind::message:
      if (message(input.from, input.text, input.bytes)) worker_->command({SocketCommand::Kind::resume, input.from});
      return;
    case Kind::alive:
      return heard();
    case Kind::slow:
      for (const auto& space : spaces_) {
        if (space->state == Space::State::open) worker_->sessions().too_slow(space->session);
      }
      return;
    case Kind::drained:
      return drained();
    case Kind::over:
      return;
    case Kind::closed:
      if (websocket_ && socket_ == input.from) return die(session::Gone::lost);
      if (upgrade_ && upgrade_->socket == input.from) upgrade_.reset();
      if (polling_ && polling_->post == input.from) polling_->post.reset();
      if (polling_ && polling_->receiving == input.from) polling_->receiving.reset();
      if (polling_ && polling_->get == input.from) {
        polling_->get.reset();
        lost_ = true;  // at the end of the turn: what was posted before may be behind this
      }
      if (lost_) worker_->attend_to(*this);
      return;
  }
}

/// One packet of the client.
void Engine::packet(const engine_io::Packet& packet) {
  if (closing_ && !takes_rest_ && packet.type != engine_io::Type::close) return;
  if (leaves_for_) return hold(packet);
  heard();
  switch (packet.type) {
    case engine_io::Type::message:
      return receive(packet);
    case engine_io::Type::ping:
      if (revision_ == Revision::v4) return malformed("a ping from the client, where the server pings");
      if (!enqueue(frame_of(engine_io::Type::pong, packet.data), 0)) {
        close_soon(1013, "slow consumer: limit outbox_bytes");
      }
      return;
    case engine_io::Type::pong:
      if (revision_ == Revision::v3) return malformed("a pong from the client, where the client pings");
      return;
    case engine_io::Type::close:
      if (polling_ && polling_->get) answer_poll({engine_io::Type::noop, false, {}});
      return die(session::Gone::closed);
    case engine_io::Type::open:
      return malformed("an open packet from the client");
    case engine_io::Type::upgrade:
    case engine_io::Type::noop:
      return;
  }
}

/// A sign of life: whatever we wait for, the client is there.
void Engine::heard() {
  if (!takes_rest_ && heartbeat_.heard(worker_->now())) worker_->arm(*this);
  for (const auto& space : spaces_) {
    if (std::exchange(space->probed, false)) worker_->sessions().alive(space->session);
  }
}

/// Overtakes what waits for the WebSocket: a client that is busy with a large transfer counts the time between pings.
void Engine::ping() {
  if (!websocket_) {
    if (!enqueue(frame_of(engine_io::Type::ping, {}), 0)) close(1013, "slow consumer: limit outbox_bytes");
    return;
  }
  SocketCommand command{SocketCommand::Kind::say, socket_};
  wire::append_frame(command.text, wire::Opcode::text, "2");
  worker_->command(std::move(command));
}

void Engine::probe(Space& space) {
  space.probed = true;
  if (revision_ == Revision::v4) {
    if (heartbeat_.ask(worker_->now())) ping();
    worker_->arm(*this);
  } else if (websocket_) {
    worker_->command({SocketCommand::Kind::ping, socket_});
  } else {
    release_poll();  // it asks again, if it is there
  }
}

Form Engine::form(std::uint16_t space, EngineEncoding encoding) const {
  return {static_cast<std::uint8_t>(encoding),
          space < spaces_.size() ? std::string_view(spaces_[space]->name) : std::string_view("/")};
}

bool Engine::to_websocket(const FramePtr& frame, std::uint16_t space) {
  const EngineEncoding encoding =
      revision_ == Revision::v4 ? EngineEncoding::websocket_v4 : EngineEncoding::websocket_v3;
  return worker_->send_frame(socket_, frame, frame->bytes(form(space, encoding)));
}

/// False when it does not fit any more.
bool Engine::enqueue(FramePtr frame, std::uint16_t space) {
  if (over_ || closing_) return true;
  if (websocket_) return to_websocket(frame, space);
  const std::size_t full = polling_->pending_bytes + weight_of(*frame);
  if (!polling_->pending.empty() && full > route_.profile->limits.outbox_bytes) return false;
  add_pending(std::move(frame), space);
  worker_->attend_to(*this);
  return true;
}

void Engine::add_pending(FramePtr frame, std::uint16_t space) {
  const std::size_t weight = weight_of(*frame);
  polling_->pending_bytes += weight;
  worker_->meter().outbox_bytes += weight;
  polling_->pending.push_back({std::move(frame), space});
}

Engine::Pending Engine::take_pending() {
  Pending next = std::move(polling_->pending.front());
  polling_->pending.pop_front();
  const std::size_t weight = weight_of(*next.frame);
  polling_->pending_bytes -= weight;
  worker_->meter().outbox_bytes -= weight;
  return next;
}

bool Engine::Space::push(FramePtr frame) {
  if (state != State::opening) return engine.enqueue(std::move(frame), index);
  early.push_back(std::move(frame));
  return true;
}

bool Engine::has_room() const {
  if (!websocket_) return pending_bytes() * 2 <= route_.profile->limits.outbox_bytes;
  return worker_->has_room(socket_);
}

void Engine::Space::tell_when_drained() {
  tells_drained = true;
  engine.ask_for_drained();
}

void Engine::ask_for_drained() {
  if (websocket_) worker_->command({SocketCommand::Kind::drain, socket_});
  worker_->attend_to(*this);
}

/// Nothing waits for the client.
void Engine::drained() {
  for (std::size_t i = 0; i < spaces_.size(); ++i) {
    Space& space = *spaces_[i];
    if (space.state != Space::State::opening && std::exchange(space.tells_drained, false)) {
      worker_->sessions().drained(space.session);
    }
  }
}

void Engine::resume_input(Space& space) {
  space.full = false;
  if (holds_back_ && !is_full()) resume_input();
}

void Engine::resume_input() {
  holds_back_ = false;
  if (websocket_) worker_->command({SocketCommand::Kind::resume, socket_});
  if (polling_ && polling_->post) answer(*std::exchange(polling_->post, std::nullopt), post_answer());
}

bool Engine::attend() {
  if (!over_ && broken_) die(session::Gone::lost);
  if (!over_ && lost_ && !(polling_ && polling_->receiving)) die(session::Gone::lost);
  const bool ended = std::exchange(ended_, false);
  if (!over_ && (close_code_ || (ended && spaces_left() == 0))) {
    close(close_code_.value_or(last_code_), std::string(close_reason_));
  }
  if (!over_) end_spaces();
  if (!over_ && holds_back_ && !is_full()) resume_input();
  flush_poll();
  if (!over_ && polling_ && polling_->pending.empty()) drained();
  worker_->arm(*this);
  return !over_;
}

/// Lets the sessions go that want to end. While the WebSocket still hands over what it has read, they stay for that.
void Engine::end_spaces() {
  bool all_over = true;
  for (const auto& space : spaces_) {
    if (space->state == Space::State::ending && !(takes_rest_ && space->takes_rest)) {
      space->state = Space::State::over;
      space->full = false;
      worker_->sessions().hang_up(std::exchange(space->session, {}), session::Gone::closed);
    }
    all_over = all_over && space->state == Space::State::over;
  }
  if (takes_rest_ && all_over) die(session::Gone::closed);
}

/// When the packets at hand are taken.
void Engine::close_soon(std::uint16_t code, std::string_view reason) {
  if (over_ || closing_ || close_code_) return;
  close_code_ = code;
  close_reason_ = reason;
  worker_->attend_to(*this);
}

/// What waits is still written; then the connection ends.
void Engine::close(std::uint16_t code, std::string_view reason) {
  if (over_ || closing_) return;
  close_code_ = code;
  close_reason_ = reason;
  if (upgrade_ && upgrade_->probed) {
    stage_due_ = upgrade_->due;  // the client neither polls nor listens before it has upgraded
    if (draining_) stage_due_ = std::min(stage_due_, worker_->now() + worker_->settings().close_within);
    return;
  }
  if (upgrade_) abandon_upgrade();
  const bool has_last_words = polling_ && (polling_->get || !polling_->pending.empty());
  if (websocket_ || (draining_ && !has_last_words)) return leave(session::Gone::closed);
  closing_ = true;  // the close packet has an answer of its own: clients 4.x take a payload's last packet first
  stage_due_ = worker_->now() + (draining_ ? worker_->settings().close_within : kLastPoll);
  worker_->attend_to(*this);
}

/// Our own wish to end: a WebSocket first hands over what it has read by now.
void Engine::leave(session::Gone why) {
  if (!websocket_ || takes_rest_) return die(why);
  closing_ = takes_rest_ = true;
  heartbeat_.rest();
  stage_due_ = worker_->now() + route_.profile->limits.finish_within;
  tell_socket_to_close(true);
  for (const auto& space : spaces_) {
    // Those that will wait for their client do not begin to end.
    const bool may_wait = space->state == Space::State::open && opening_->recoverable && !worker_->draining();
    if (space->session && !may_wait) worker_->sessions().hang_up(space->session, why, true);
  }
  worker_->attend_to(*this);
}

void Engine::tell_socket_to_close(bool takes_rest) {
  SocketCommand command{SocketCommand::Kind::close, socket_};
  command.code = close_code_.value_or(1000);
  // Clients 1.x take the codes that came after RFC 6455 for a broken frame.
  if (revision_ == Revision::v3 && command.code >= 1012 && command.code <= 1014) command.code = 1001;
  command.text = close_reason_;
  command.takes_rest = takes_rest;
  worker_->command(std::move(command));
}

/// It is over: the sessions end or wait for their client, and whoever waits on a connection is answered.
void Engine::die(session::Gone why) {
  if (std::exchange(over_, true)) return;
  if (polling_ && polling_->get) answer_poll({engine_io::Type::close, false, {}});
  if (polling_ && polling_->post) answer(*std::exchange(polling_->post, std::nullopt), post_answer());
  if (upgrade_) {
    SocketCommand other{SocketCommand::Kind::close, upgrade_->socket};
    worker_->command(std::move(other));
  }
  if (websocket_) tell_socket_to_close(false);
  for (const auto& space : spaces_) {
    if (space->state != Space::State::open && space->state != Space::State::ending) continue;
    const bool may_wait = std::exchange(space->state, Space::State::over) == Space::State::open && !broken_;
    const SessionId session = std::exchange(space->session, {});
    if (may_wait && worker_->sessions().detach(session)) continue;
    worker_->sessions().hang_up(session, why);
  }
  worker_->attend_to(*this);
}

Instant Engine::due() const {
  if (over_) return Instant::max();
  const Instant upgrade = upgrade_ ? upgrade_->due : Instant::max();
  return std::min({heartbeat_.due(), stage_due_, upgrade});
}

void Engine::tick(Instant now) {
  if (over_) return;
  if (upgrade_ && now >= upgrade_->due) abandon_upgrade();
  if (now >= stage_due_) {
    stage_due_ = Instant::max();
    if (closing_ || close_code_) return die(session::Gone::lost);
    if (draining_) {
      ++worker_->meter().closes[worker_->drain_code()];
      close(worker_->drain_code(), "going away");
    } else {
      close(4408, "limit connect_within reached");
    }
    return;
  }
  if (over_) return;
  const Heartbeat::Due due = heartbeat_.take(now);
  if (due == Heartbeat::Due::ping) ping();
  if (due != Heartbeat::Due::end) return;
  if (is_full()) {
    heartbeat_.give_time(now);  // its sign of life may be among what waits for room
    return;
  }
  ++worker_->meter().lost;
  close_code_ = 4408;
  close_reason_ = "ping timeout";
  leave(session::Gone::lost);
}

void Engine::drain_at(Instant when) {
  draining_ = true;
  stage_due_ = std::min(stage_due_, when);
  worker_->arm(*this);
}

}  // namespace polygate::transport
