// The packets of Socket.IO (github.com/socketio/socket.io-protocol) and the sessions behind its namespaces.
#include <algorithm>
#include <utility>

#include "gateway/base/json_text.h"
#include "gateway/transport/engine.h"
#include "gateway/transport/worker.h"

namespace polygate::transport {
namespace {

using engine_io::Revision;

FramePtr frame_of(socket_io::Type type, std::string_view name_space, std::string_view json) {
  socket_io::Packet packet;
  packet.type = type;
  packet.name_space = name_space;
  packet.json = json;
  std::string text;
  socket_io::append_packet(text, packet);
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
    const auto name = decode_component(pair.substr(0, equals));
    const auto value = decode_component(pair.substr(std::min(equals + 1, pair.size())));
    if (name && value && !name->empty()) found[*name] = *value;
  }
  return found;
}

}  // namespace

void Engine::malformed(std::string_view why) {
  worker_->log().write_rarely("engine parse", Level::info, "connection closed",
                              {{"why", why}, {"profile", route_.profile->name}, {"address", opening_->address}});
  broken_ = true;
  close_code_ = close_code(Reason::malformed);
  close_reason_ = "parse error: " + std::string(why);
  die(session::Gone::lost);
}

Engine::Space* Engine::find(std::string_view name) {
  const auto found = std::find_if(spaces_.begin(), spaces_.end(), [&](const auto& one) { return one->name == name; });
  return found == spaces_.end() ? nullptr : found->get();
}

std::size_t Engine::spaces_left() const {
  return static_cast<std::size_t>(std::count_if(spaces_.begin(), spaces_.end(), [](const auto& space) {
    return space->state == Space::State::open || space->state == Space::State::opening;
  }));
}

/// A message packet.
void Engine::receive(const engine_io::Packet& packet) {
  if (is_socket_io()) return packet.binary ? receive_binary(packet.data) : receive_text(packet.data);
  if (spaces_.empty()) return;
  Space& only = *spaces_[0];
  only.full = !worker_->sessions().receive(only.session, {!packet.binary, packet.data, std::nullopt, nullptr});
}

void Engine::receive_text(std::string_view text) {
  if (assembly_) return malformed("text where an attachment was expected");
  const auto packet = socket_io::parse_packet(text);
  if (!packet) return malformed(packet.failure().message);
  const bool binary = packet->type == socket_io::Type::binary_event || packet->type == socket_io::Type::binary_ack;
  if (!binary) return dispatch(*packet, nullptr);
  // Clients 2.x send `50-` when they were told that there is binary data and there is none.
  if (packet->attachments == 0) return dispatch(*packet, std::make_shared<const std::vector<std::string>>());
  if (packet->attachments > settings().attachments) {
    return malformed(std::to_string(packet->attachments) + " attachments, at most " +
                     std::to_string(settings().attachments) + " are accepted");
  }
  assembly_ = std::make_unique<Assembly>();
  assembly_->text = text;
  assembly_->packet = *socket_io::parse_packet(assembly_->text);
  assembly_->bytes = text.size();
}

void Engine::receive_binary(std::string_view bytes) {
  if (!assembly_) return malformed("binary data that no packet has announced");
  assembly_->bytes += bytes.size();
  if (assembly_->bytes > route_.profile->limits.message_bytes) {
    worker_->note_close(1009, "a message with its attachments is over the limit message_bytes", opening_->address);
    return close(1009, "limit message_bytes");
  }
  assembly_->attachments.emplace_back(bytes);
  if (assembly_->attachments.size() < assembly_->packet.attachments) return;
  const std::unique_ptr<Assembly> whole = std::move(assembly_);
  return dispatch(whole->packet, std::make_shared<const std::vector<std::string>>(std::move(whole->attachments)));
}

void Engine::dispatch(const socket_io::Packet& packet, dialect::Attachments attachments) {
  using socket_io::Type;
  if (packet.type == Type::connect) {
    return connect(packet);
  }
  Space* space = find(packet.name_space);
  if (space == nullptr) return malformed("a packet for a namespace that was not joined");
  if (!space->session) return;  // on its way when we ended it
  switch (packet.type) {
    case Type::event:
    case Type::binary_event:
      space->full =
          !worker_->sessions().receive(space->session, {true, packet.json, packet.ack, std::move(attachments)});
      return;
    case Type::ack:
    case Type::binary_ack:
      space->full = !worker_->sessions().acknowledged(space->session, *packet.ack, packet.json, std::move(attachments));
      return;
    case Type::disconnect:
      return disconnect(*space);
    case Type::connect:
    case Type::error:
      break;
  }
  return malformed("an error packet from the client");
}

void Engine::connect(const socket_io::Packet& packet) {
  if (closing_) return;
  const profile::Profile& profile = *route_.profile;
  Space* known = find(packet.name_space);
  if (known != nullptr && known->state != Space::State::over) {
    // Clients of revision 3 are on "/" without asking; some ask.
    if (revision_ == Revision::v4 || packet.name_space != "/") malformed("a second connect to the same namespace");
    return;
  }
  if (!connects_.take(profile.limits.events_per_second, profile.limits.events_burst, worker_->now())) {
    malformed("too many connects: limit events_per_second");
    return;
  }
  const auto& namespaces = route_.endpoint->namespaces;
  const bool exists =
      packet.name_space == "/" || std::any_of(namespaces.begin(), namespaces.end(),
                                              [&](const auto& one) { return one.first == packet.name_space; });
  if (!exists) return refuse_space(packet.name_space, "Invalid namespace");
  json::Document document;
  if (!packet.json.empty()) {
    const bool kept = profile.auth_used;
    const json::Limits limits{
        .max_bytes = kept ? profile.engine.connect_bytes : profile.limits.message_bytes,
        .max_depth = profile.limits.json_depth,
        .max_nodes = kept ? std::min(kMaxConnectNodes, profile.limits.json_nodes) : profile.limits.json_nodes};
    if (const auto parsed = document.parse(packet.json, limits); !parsed) {
      if (kept && parsed.failure().reason == Reason::limited) return refuse_connect_data(packet);
      malformed("the data of a connect: " + parsed.failure().message);
      return;
    }
    if (opening_->recoverable && go_on(packet, document.root())) return;
  }
  Json auth;
  if (profile.auth_used && !packet.json.empty()) {
    auth = json::to_json(document.root());
    if (opening_->recoverable && auth.is_object()) {
      auth.erase("pid");
      auth.erase("offset");
    }
  } else if (profile.auth_used && !packet.query.empty()) {
    const bool fits = packet.query.size() <= profile.engine.connect_bytes &&
                      std::count(packet.query.begin(), packet.query.end(), '&') < std::ptrdiff_t{kMaxConnectNodes} - 1;
    if (!fits) return refuse_connect_data(packet);
    auth = from_query(packet.query);
  }
  open_space(packet.name_space, std::move(auth));
}

/// What is kept as long as the session is bounded: in memory it takes 27 times its bytes.
void Engine::refuse_connect_data(const socket_io::Packet& packet) {
  worker_->log().write_rarely("limit connect_bytes", Level::info, "connect refused",
                              {{"limit", "connect_bytes"},
                               {"bytes", static_cast<std::int64_t>(packet.json.size() + packet.query.size())},
                               {"profile", route_.profile->name},
                               {"address", opening_->address}});
  refuse_space(packet.name_space, "the data of this connect is too large: limit connect_bytes");
}

Engine::Space& Engine::new_space(std::string_view name) {
  const auto known = std::find_if(spaces_.begin(), spaces_.end(), [&](const auto& one) { return one->name == name; });
  const auto index = static_cast<std::uint16_t>(known - spaces_.begin());
  if (known == spaces_.end()) spaces_.emplace_back();
  spaces_[index] = std::make_unique<Space>(*this, std::string(name), index);
  return *spaces_[index];
}

/// What answers a connect.
FramePtr Engine::greeting(std::string_view name, SessionId session) const {
  if (revision_ == Revision::v3) return frame_of(socket_io::Type::connect, name, {});
  const auto key = worker_->sessions().recovery_key(session);
  const std::string json = "{\"sid\":\"" + session.text() + (key ? "\",\"pid\":\"" + key->text() : "") + "\"}";
  return frame_of(socket_io::Type::connect, name, json);
}

/// All sessions of the engine have one place together, but one that has left its namespace and is not done yet counts
/// for itself: else a client could come and leave without end.
Census::Entry Engine::place_of_session() const {
  const auto here = std::count_if(spaces_.begin(), spaces_.end(), [](const auto& one) { return bool{one->session}; });
  if (place_.use_count() <= 1 + here) return {place_, Census::Verdict::admit};
  return place_->another();
}

void Engine::open_space(std::string_view name, Json auth) {
  const Census::Entry entry = place_of_session();
  if (!entry.place) {
    const std::string_view limit = Census::name(entry.verdict);
    worker_->log().write_rarely(limit, Level::warn, "session refused",
                                {{"limit", limit}, {"profile", route_.profile->name}, {"address", opening_->address}});
    return refuse_space(name, "limit " + std::string(limit) + " reached");
  }
  Space* space = &new_space(name);
  session::Opening opening = *opening_;
  opening.carrier = space;
  opening.auth = std::move(auth);
  opening.name_space = name;
  opening.place = entry.place;
  auto identity = worker_->sessions().admit(*route_.endpoint, opening);
  if (!identity) {
    space->state = Space::State::over;
    return refuse_space(name, identity.failure().message);
  }
  const SessionId session =
      worker_->sessions().open(route_.profile, *route_.endpoint, std::move(opening), std::move(*identity));
  space->session = session;
  if (!closing_ && !draining_) stage_due_ = Instant::max();
  bool fits = true;
  if (is_socket_io()) {
    fits = enqueue(greeting(name, session), 0);
  }
  for (FramePtr& frame : std::exchange(space->early, {})) fits = enqueue(std::move(frame), space->index) && fits;
  if (space->state == Space::State::opening) {
    space->state = Space::State::open;
  } else if (is_socket_io() && !close_code_) {
    fits = enqueue(frame_of(socket_io::Type::disconnect, name, {}), 0) && fits;
  }
  if (!fits && space->state == Space::State::open) worker_->sessions().too_slow(session);
}

void Engine::refuse_space(std::string_view name, std::string_view why) {
  std::string json;
  json::append_string(json, why);
  if (revision_ == Revision::v4) json = "{\"message\":" + json + '}';
  if (!enqueue(frame_of(socket_io::Type::error, name, json), 0)) {
    close_soon(1013, "slow consumer: limit outbox_bytes");
  }
}

/// The client leaves a namespace; its connection stays.
void Engine::disconnect(Space& space) {
  space.state = Space::State::over;
  space.full = false;
  worker_->sessions().hang_up(std::exchange(space.session, {}), session::Gone::closed);
}

/// The session's own wish to end. A client that is told so by a packet stays away; one that only loses its connection
/// comes back, which is what overload, a restart and a broken conversation ask for.
void Engine::end(Space& space, const session::Farewell& farewell) {
  if (space.state == Space::State::ending || space.state == Space::State::over) return;
  const bool was_open = std::exchange(space.state, Space::State::ending) == Space::State::open;
  const std::uint16_t code = farewell.code;
  const bool comes_back = code == 1001 || code == 1012 || code == 1013 || farewell.is_broken;
  broken_ = broken_ || farewell.is_broken;
  close_reason_ = farewell.reason;
  last_code_ = code;
  ended_ = true;
  space.takes_rest = farewell.takes_rest;
  if (comes_back || !is_socket_io()) {
    close_code_ = code;
  } else if (was_open) {
    static_cast<void>(enqueue(frame_of(socket_io::Type::disconnect, space.name, {}), 0));
  }
  worker_->attend_to(*this);
}

}  // namespace polygate::transport
