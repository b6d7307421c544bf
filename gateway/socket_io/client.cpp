// The packets of Socket.IO (github.com/socketio/socket.io-protocol) and the sessions behind its namespaces.
#include "gateway/socket_io/client.h"

#include <algorithm>
#include <utility>

#include "gateway/base/json_text.h"
#include "gateway/dialect/engine_message.h"

namespace polygate::socket_io {
namespace {

using engine_io::Census;
using engine_io::Revision;
using State = Namespace::State;

FramePtr frame_of(Type type, std::string_view name_space, std::string_view json) {
  Packet packet;
  packet.type = type;
  packet.name_space = name_space;
  packet.json = json;
  std::string text;
  append_packet(text, packet);
  return std::make_shared<const Frame>(std::make_unique<const dialect::EngineMessage>(true, text));
}

/// Values in what a client connects with; no client needs as many.
constexpr std::size_t kMaxConnectNodes = 256;

/// `a=1&b=2`, as clients 1.x and 2.x put it behind a namespace.
Json from_query(std::string_view query) {
  Json found = Json::object();
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = engine_io::decode_component(pair.substr(0, equals));
    const auto value = engine_io::decode_component(pair.substr(std::min(equals + 1, pair.size())));
    if (name && value && !name->empty()) found[*name] = *value;
  }
  return found;
}

/// What endpoint and profile ask for of the handshake: the rest is not kept as long as the client is there.
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

Client::Client(engine_io::Socket& socket, session::Opening opening, std::shared_ptr<const Census::Place> place)
    : socket_(socket), opening_(needed(std::move(opening), socket.route)), place_(std::move(place)) {
  opening_.recoverable = socket.revision == Revision::v4 && profile().engine.recovery.within.count() > 0;
}

/// Clients of revision 3 are on "/" at once.
void Client::opened() {
  if (socket_.revision == Revision::v3) return open("/", nullptr);
  connect_due_ = socket_.host().now() + profile().engine.connect_within;
}

void Client::time_is_over() {
  connect_due_ = Instant::max();
  socket_.give_up(4408, "limit connect_within reached");
  socket_.close();
}

Namespace* Client::find(std::string_view name) {
  const auto found =
      std::find_if(namespaces_.begin(), namespaces_.end(), [&](const auto& one) { return one->name == name; });
  return found == namespaces_.end() ? nullptr : found->get();
}

Namespace& Client::add(std::string_view name) {
  const auto known =
      std::find_if(namespaces_.begin(), namespaces_.end(), [&](const auto& one) { return one->name == name; });
  const auto index = static_cast<std::uint16_t>(known - namespaces_.begin());
  if (known == namespaces_.end()) namespaces_.emplace_back();
  namespaces_[index] = std::make_unique<Namespace>(*this, std::string(name), index);
  return *namespaces_[index];
}

std::size_t Client::live() const {
  return static_cast<std::size_t>(
      std::count_if(namespaces_.begin(), namespaces_.end(), [](const auto& space) { return space->is_live(); }));
}

bool Client::is_full() const {
  return std::any_of(namespaces_.begin(), namespaces_.end(), [](const auto& space) { return space->is_full; });
}

void Client::heard() {
  for (const auto& space : namespaces_) {
    if (std::exchange(space->is_probed, false)) sessions().alive(space->session);
  }
}

void Client::too_slow() {
  for (const auto& space : namespaces_) {
    if (space->state == State::open) sessions().too_slow(space->session);
  }
}

void Client::drained() {
  for (std::size_t i = 0; i < namespaces_.size(); ++i) {
    Namespace& space = *namespaces_[i];
    if (space.state != State::opening && std::exchange(space.asks_for_drained, false)) {
      sessions().drained(space.session);
    }
  }
}

bool Client::asks_for_drained() const {
  return std::any_of(namespaces_.begin(), namespaces_.end(), [](const auto& space) { return space->asks_for_drained; });
}

std::string_view Client::scope(std::uint16_t index) const {
  return index < namespaces_.size() ? std::string_view(namespaces_[index]->name) : std::string_view("/");
}

void Client::settle() {
  if (const auto ended = std::exchange(ended_, std::nullopt); ended && live() == 0) {
    socket_.close_soon(*ended);
    socket_.close();
  }
  end_namespaces();
}

/// Lets the sessions go that want to end. While the WebSocket still hands over what it has read, they stay for that.
void Client::end_namespaces() {
  bool all_over = true;
  for (const auto& space : namespaces_) {
    if (space->state == State::ending && !(socket_.ending().takes_rest() && space->takes_rest)) {
      space->state = State::over;
      space->is_full = false;
      sessions().hang_up(std::exchange(space->session, {}), session::Gone::closed);
    }
    all_over = all_over && space->state == State::over;
  }
  if (socket_.ending().takes_rest() && all_over) socket_.end(session::Gone::closed);
}

/// Those that will wait for their client do not begin to end.
void Client::closing(session::Gone why) {
  for (const auto& space : namespaces_) {
    const bool may_wait = space->state == State::open && opening_.recoverable && !socket_.host().drains();
    if (space->session && !may_wait) sessions().hang_up(space->session, why, true);
  }
}

void Client::closed(session::Gone why, bool broken) {
  connect_due_ = Instant::max();
  for (const auto& space : namespaces_) {
    if (space->state != State::open && space->state != State::ending) continue;
    const bool may_wait = std::exchange(space->state, State::over) == State::open && !broken;
    const SessionId session = std::exchange(space->session, {});
    if (may_wait && sessions().detach(session)) continue;
    sessions().hang_up(session, why);
  }
}

void Client::message(const engine_io::Packet& packet) {
  return packet.binary ? binary(packet.data) : text(packet.data);
}

void Client::text(std::string_view text) {
  if (assembly_) return socket_.malformed("text where an attachment was expected");
  const auto packet = parse_packet(text);
  if (!packet) return socket_.malformed(packet.failure().message);
  if (packet->type != Type::binary_event && packet->type != Type::binary_ack) return dispatch(*packet, nullptr);
  // Clients 2.x send `50-` when they were told that there is binary data and there is none.
  if (packet->attachments == 0) return dispatch(*packet, std::make_shared<const std::vector<std::string>>());
  const std::size_t most = profile().engine.attachments;
  if (packet->attachments > most) {
    return socket_.malformed(std::to_string(packet->attachments) + " attachments, at most " + std::to_string(most) +
                             " are accepted");
  }
  assembly_ = std::make_unique<Assembly>(text);
}

void Client::binary(std::string_view bytes) {
  if (!assembly_) return socket_.malformed("binary data that no packet has announced");
  if (assembly_->bytes() + bytes.size() > profile().limits.message_bytes) {
    socket_.give_up(1009, "limit message_bytes");
    socket_.close();
    return socket_.end(session::Gone::closed);  // what follows may be attachments of a packet that lacks one
  }
  assembly_->add(bytes);
  if (!assembly_->is_complete()) return;
  const std::unique_ptr<Assembly> whole = std::move(assembly_);
  dispatch(whole->packet(), whole->take());
}

void Client::dispatch(const Packet& packet, dialect::Attachments attachments) {
  if (packet.type == Type::connect) return connect(packet);
  Namespace* space = find(packet.name_space);
  if (space == nullptr) return socket_.malformed("a packet for a namespace that was not joined");
  if (!space->session) return;  // on its way when we ended it
  switch (packet.type) {
    case Type::event:
    case Type::binary_event:
      space->is_full = !sessions().receive(space->session, {true, packet.json, packet.ack, std::move(attachments)});
      return;
    case Type::ack:
    case Type::binary_ack:
      space->is_full = !sessions().acknowledged(space->session, *packet.ack, packet.json, std::move(attachments));
      return;
    case Type::disconnect:
      return disconnect(*space);
    case Type::connect:
    case Type::error:
      break;
  }
  return socket_.malformed("an error packet from the client");
}

/// Tells the client, or ends its socket, when it may not.
bool Client::may_connect(const Packet& packet) {
  const Namespace* known = find(packet.name_space);
  if (known != nullptr && known->state != State::over) {
    // Clients of revision 3 are on "/" without asking; some ask.
    if (socket_.revision == Revision::v4 || packet.name_space != "/") {
      socket_.malformed("a second connect to the same namespace");
    }
    return false;
  }
  const profile::Limits& limits = profile().limits;
  if (!connects_.take(limits.events_per_second, limits.events_burst, socket_.host().now())) {
    socket_.malformed("too many connects: limit events_per_second");
    return false;
  }
  const auto& namespaces = socket_.route.endpoint->namespaces;
  const bool exists =
      packet.name_space == "/" || std::any_of(namespaces.begin(), namespaces.end(),
                                              [&](const auto& one) { return one.first == packet.name_space; });
  if (!exists) refuse(packet.name_space, "Invalid namespace");
  return exists;
}

void Client::connect(const Packet& packet) {
  if (socket_.ending().is_closing() || !may_connect(packet)) return;
  const profile::Profile& profile = this->profile();
  json::Document document;
  if (!packet.json.empty()) {
    const bool kept = profile.auth_used;
    const json::Limits limits{
        .max_bytes = kept ? profile.engine.connect_bytes : profile.limits.message_bytes,
        .max_depth = profile.limits.json_depth,
        .max_nodes = kept ? std::min(kMaxConnectNodes, profile.limits.json_nodes) : profile.limits.json_nodes};
    if (const auto parsed = document.parse(packet.json, limits); !parsed) {
      if (kept && parsed.failure().reason == Reason::limited) return refuse_connect_data(packet);
      socket_.malformed("the data of a connect: " + parsed.failure().message);
      return;
    }
    if (opening_.recoverable && go_on(packet, document.root())) return;
  }
  Json auth;
  if (profile.auth_used && !packet.json.empty()) {
    auth = json::to_json(document.root());
    if (opening_.recoverable && auth.is_object()) {
      auth.erase("pid");
      auth.erase("offset");
    }
  } else if (profile.auth_used && !packet.query.empty()) {
    const bool fits = packet.query.size() <= profile.engine.connect_bytes &&
                      std::count(packet.query.begin(), packet.query.end(), '&') < std::ptrdiff_t{kMaxConnectNodes} - 1;
    if (!fits) return refuse_connect_data(packet);
    auth = from_query(packet.query);
  }
  open(packet.name_space, std::move(auth));
}

/// What is kept as long as the session is bounded: in memory it takes 27 times its bytes.
void Client::refuse_connect_data(const Packet& packet) {
  socket_.host().log().write_rarely("limit connect_bytes", Level::info, "connect refused",
                                    {{"limit", "connect_bytes"},
                                     {"bytes", static_cast<std::int64_t>(packet.json.size() + packet.query.size())},
                                     {"profile", profile().name},
                                     {"address", opening_.address}});
  refuse(packet.name_space, "the data of this connect is too large: limit connect_bytes");
}

/// What answers a connect.
FramePtr Client::greeting(std::string_view name, SessionId session) {
  if (socket_.revision == Revision::v3) return frame_of(Type::connect, name, {});
  const auto key = sessions().recovery_key(session);
  const std::string json = "{\"sid\":\"" + session.text() + (key ? "\",\"pid\":\"" + key->text() : "") + "\"}";
  return frame_of(Type::connect, name, json);
}

/// All sessions of the client have one place together, but one that has left its namespace and is not done yet counts
/// for itself: else a client could come and leave without end. Says what there is too much of.
std::optional<Census::Verdict> Client::take_place(session::Opening& opening) const {
  const auto here =
      std::count_if(namespaces_.begin(), namespaces_.end(), [](const auto& one) { return bool{one->session}; });
  const Census::Entry entry =
      place_.use_count() <= 1 + here ? Census::Entry{place_, Census::Verdict::admit} : place_->another();
  opening.place = entry.place;
  return entry.place ? std::nullopt : std::optional(entry.verdict);
}

void Client::open(std::string_view name, Json auth) {
  session::Opening opening = opening_;
  if (const auto verdict = take_place(opening)) {
    const std::string_view limit = Census::name(*verdict);
    socket_.host().log().write_rarely(limit, Level::warn, "session refused",
                                      {{"limit", limit}, {"profile", profile().name}, {"address", opening_.address}});
    return refuse(name, "limit " + std::string(limit) + " reached");
  }
  Namespace& space = add(name);
  opening.carrier = &space;
  opening.auth = std::move(auth);
  opening.name_space = name;
  const http::Route& route = socket_.route;
  auto identity = sessions().admit(*route.endpoint, opening);
  if (!identity) {
    space.state = State::over;
    return refuse(name, identity.failure().message);
  }
  const SessionId session = sessions().open(route.profile, *route.endpoint, std::move(opening), std::move(*identity));
  space.session = session;
  connect_due_ = Instant::max();
  bool fits = socket_.push(greeting(name, session), 0);
  for (FramePtr& frame : std::exchange(space.early, {})) fits = socket_.push(std::move(frame), space.index) && fits;
  if (space.state == State::opening) {
    space.state = State::open;
  } else if (!socket_.ending().is_decided()) {
    fits = socket_.push(frame_of(Type::disconnect, name, {}), 0) && fits;
  }
  if (!fits && space.state == State::open) sessions().too_slow(session);
}

void Client::refuse(std::string_view name, std::string_view why) {
  std::string json;
  json::append_string(json, why);
  if (socket_.revision == Revision::v4) json = "{\"message\":" + json + '}';
  if (!socket_.push(frame_of(Type::error, name, json), 0)) {
    socket_.give_up(1013, "slow consumer: limit outbox_bytes");
  }
}

/// The client leaves a namespace; its connection stays.
void Client::disconnect(Namespace& space) {
  space.state = State::over;
  space.is_full = false;
  sessions().hang_up(std::exchange(space.session, {}), session::Gone::closed);
}

void Client::end(Namespace& space, const session::Farewell& farewell) {
  if (!space.is_live()) return;
  const bool was_open = std::exchange(space.state, State::ending) == State::open;
  const std::uint16_t code = farewell.code;
  if (!ended_) ended_ = farewell;
  space.takes_rest = farewell.takes_rest;
  if (farewell.is_broken || code == 1001 || code == 1012 || code == 1013) {
    socket_.close_soon(farewell);
  } else if (was_open) {
    static_cast<void>(socket_.push(frame_of(Type::disconnect, space.name, {}), 0));
  }
  socket_.host().wake(socket_);
}

void Client::let_go(Namespace& space) {
  space.state = State::over;
  space.session = {};
  space.is_full = false;
  if (!ended_) ended_ = {close_code(Reason::taken), "resumed on another connection"};
  socket_.host().wake(socket_);
}

}  // namespace polygate::socket_io
