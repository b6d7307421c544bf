// How a client of Socket.IO comes to its namespaces (socket.io-protocol, "Connection to a namespace").
#include "gateway/socket_io/connecting.h"

#include <algorithm>
#include <utility>

#include "gateway/base/json_text.h"
#include "gateway/socket_io/resume.h"

namespace polygate::socket_io {
namespace {

using engine_io::Census;
using engine_io::Revision;
using State = Namespace::State;

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
  const auto& step = route.endpoint->authenticate;
  const auto is_token = [&](const std::string& parameter) {
    return step && std::any_of(step->tokens.begin(), step->tokens.end(), [&](const profile::Text& token) {
             const profile::Path& path = token.parts[0].path;
             return path.root == profile::Root::query && path.segments[0] == parameter;
           });
  };
  std::erase_if(all.headers, [&](const auto& header) {
    const auto& used = route.profile->headers_used;
    return std::find(used.begin(), used.end(), header.first) == used.end();
  });
  std::erase_if(all.query, [&](const auto& parameter) {
    const auto& known = route.endpoint->query;
    return std::none_of(known.begin(), known.end(), [&](const auto& one) { return one.key == parameter.first; }) &&
           !is_token(parameter.first);
  });
  all.headers.shrink_to_fit();
  all.query.shrink_to_fit();
  return all;
}

}  // namespace

Connecting::Connecting(engine_io::Socket& socket, Namespaces& namespaces, session::Opening opening,
                       std::shared_ptr<const Census::Place> place)
    : socket_(socket),
      namespaces_(namespaces),
      opening_(needed(std::move(opening), socket.route)),
      place_(std::move(place)) {
  opening_.recoverable = socket.revision == Revision::v4 && socket.route.profile->engine.recovery.within.count() > 0;
}

/// Clients of revision 3 are on "/" at once.
void Connecting::begin() {
  if (socket_.revision == Revision::v3) return open("/", nullptr);
  due_ = socket_.host().now() + socket_.route.profile->engine.connect_within;
}

void Connecting::time_is_over() {
  rest();
  socket_.give_up(4408, "limit connect_within reached");
  socket_.close();
}

/// Tells the client, or ends its socket, when it may not.
bool Connecting::may_connect(const Packet& packet) {
  const Namespace* known = namespaces_.find(packet.name_space);
  if (known != nullptr && known->state != State::over) {
    // Clients of revision 3 are on "/" without asking; some ask.
    if (socket_.revision == Revision::v4 || packet.name_space != "/") {
      socket_.malformed("a second connect to the same namespace");
    }
    return false;
  }
  const profile::Limits& limits = socket_.route.profile->limits;
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

void Connecting::connect(const Packet& packet) {
  if (socket_.ending().is_closing() || !may_connect(packet)) return;
  const profile::Profile& profile = *socket_.route.profile;
  json::Document document;
  if (!packet.json.empty()) {
    const bool kept = profile.auth_used;
    const json::Limits limits{
        .max_bytes = kept ? profile.engine.connect_bytes : profile.limits.message_bytes,
        .max_depth = profile.limits.json_depth,
        .max_nodes = kept ? std::min(kMaxConnectNodes, profile.limits.json_nodes) : profile.limits.json_nodes};
    if (const auto parsed = document.parse(packet.json, limits); !parsed) {
      if (kept && parsed.failure().reason == Reason::limited) return refuse_data(packet);
      socket_.malformed("the data of a connect: " + parsed.failure().message);
      return;
    }
    if (opening_.recoverable && resume(packet, document.root())) return;
  }
  Json auth;
  if (profile.auth_used && !packet.json.empty()) {
    auth = json::to_json(document.root());
    if (opening_.recoverable) Resume::strip(auth);
  } else if (profile.auth_used && !packet.query.empty()) {
    const bool fits = packet.query.size() <= profile.engine.connect_bytes &&
                      std::count(packet.query.begin(), packet.query.end(), '&') < std::ptrdiff_t{kMaxConnectNodes} - 1;
    if (!fits) return refuse_data(packet);
    auth = from_query(packet.query);
  }
  open(packet.name_space, std::move(auth));
}

/// A connect that names a session to go on with. False: it is one for a new session.
bool Connecting::resume(const Packet& packet, json::View data) {
  const auto resume = Resume::of(data);
  if (!resume || socket_.ending().is_decided()) return false;
  if (!resume->is_at(socket_.host().index())) return namespaces_.are_over() && resume->follow(socket_, packet);
  Namespace& space = namespaces_.add(packet.name_space);
  auto resumed = resume->take(socket_, space, opening_.address, place_);
  if (!resumed) return false;
  rest();
  bool fits = true;
  for (FramePtr& frame : resumed->missed) fits = socket_.push(std::move(frame), space.index) && fits;
  fits = socket_.push(greeting(space.name, resumed->session), space.index) && fits;
  if (!fits) sessions().too_slow(resumed->session);
  return true;
}

/// What is kept as long as the session is bounded: in memory it takes 27 times its bytes.
void Connecting::refuse_data(const Packet& packet) {
  socket_.host().log().write_rarely("limit connect_bytes", Level::info, "connect refused",
                                    {{"limit", "connect_bytes"},
                                     {"bytes", static_cast<std::int64_t>(packet.json.size() + packet.query.size())},
                                     {"profile", socket_.route.profile->name},
                                     {"address", opening_.address}});
  refuse(packet.name_space, "the data of this connect is too large: limit connect_bytes");
}

/// What answers a connect.
FramePtr Connecting::greeting(std::string_view name, SessionId session) {
  if (socket_.revision == Revision::v3) return frame_of(Type::connect, name, {});
  const auto key = sessions().recovery_key(session);
  std::string json = "{\"sid\":";
  json::append_string(json, sessions().name(session));
  json += key ? ",\"pid\":\"" + key->text() + "\"}" : "}";
  return frame_of(Type::connect, name, json);
}

/// All sessions of the client have one place together, but one that has left its namespace and is not done yet counts
/// for itself: else a client could come and leave without end. Says what there is too much of.
std::optional<Census::Verdict> Connecting::take_place(session::Opening& opening) const {
  const auto here = static_cast<std::ptrdiff_t>(namespaces_.sessions());
  const Census::Entry entry =
      place_.use_count() <= 1 + here ? Census::Entry{place_, Census::Verdict::admit} : place_->another();
  opening.place = entry.place;
  return entry.place ? std::nullopt : std::optional(entry.verdict);
}

void Connecting::open(std::string_view name, Json auth) {
  session::Opening opening = opening_;
  if (const auto verdict = take_place(opening)) {
    const std::string_view limit = Census::name(*verdict);
    socket_.host().log().write_rarely(
        limit, Level::warn, "session refused",
        {{"limit", limit}, {"profile", socket_.route.profile->name}, {"address", opening_.address}});
    return refuse(name, "limit " + std::string(limit) + " reached");
  }
  Namespace& space = namespaces_.add(name);
  opening.carrier = &space;
  opening.auth = std::move(auth);
  opening.name_space = name;
  const http::Route& route = socket_.route;
  auto identity = sessions().admit(*route.profile, *route.endpoint, opening);
  if (!identity) {
    space.state = State::over;
    return refuse(name, identity.failure().message);
  }
  const SessionId session = sessions().open(route.profile, *route.endpoint, std::move(opening), std::move(*identity));
  space.session = session;
  rest();
  bool fits = socket_.push(greeting(name, session), 0);
  for (FramePtr& frame : std::exchange(space.early, {})) fits = socket_.push(std::move(frame), space.index) && fits;
  if (space.state == State::opening) {
    space.state = State::open;
  } else if (!socket_.ending().is_decided()) {
    fits = socket_.push(frame_of(Type::disconnect, name, {}), 0) && fits;
  }
  if (!fits && space.state == State::open) sessions().too_slow(session);
}

void Connecting::refuse(std::string_view name, std::string_view why) {
  std::string json;
  json::append_string(json, why);
  if (socket_.revision == Revision::v4) json = "{\"message\":" + json + '}';
  if (!socket_.push(frame_of(Type::error, name, json), 0)) {
    socket_.give_up(1013, "slow consumer: limit outbox_bytes");
  }
}

}  // namespace polygate::socket_io
