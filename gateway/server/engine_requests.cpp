#include "gateway/server/engine_requests.h"

#include <utility>

#include "gateway/engine_io/single_session.h"
#include "gateway/http/origin.h"
#include "gateway/server/connection.h"
#include "gateway/server/http_side.h"
#include "gateway/server/websocket.h"
#include "gateway/server/worker.h"
#include "gateway/socket_io/client.h"
#include "gateway/wire/http_response.h"
#include "gateway/wire/websocket_handshake.h"

namespace polygate::server {

using Kind = engine_io::Input::Kind;

std::size_t EngineRequests::body_limit(const profile::Profile& profile) {
  return profile.engine.body_bytes != 0 ? profile.engine.body_bytes : 4 * profile.limits.message_bytes;
}

/// Asked when the body of a POST begins, and again when it is there.
const engine_io::QueryReading& EngineRequests::query(bool upgrade) {
  if (!query_) query_ = engine_io::read_query(http_.request(), http_.match().route->profile->engine, upgrade);
  return *query_;
}

engine_io::Input EngineRequests::input(Kind kind, const engine_io::Sid& to) const {
  const Connection& connection = http_.connection();
  engine_io::Input input;
  input.kind = kind;
  input.to = to;
  input.from = {connection.worker().index(), connection.id()};
  if (http_.match().route) input.profile = http_.match().route->profile.get();
  return input;
}

void EngineRequests::body_begins() {
  if (owes_ || http_.request().method() != "POST") return;
  const auto& [query, refused] = this->query(wire::asks_for_websocket(http_.request()));
  if (refused || query.websocket || !query.has_sid) return;
  owes_ = *query.sid;
  http_.connection().worker().sockets().tell(input(Kind::begins, *query.sid));
}

void EngineRequests::judge() {
  Connection& connection = http_.connection();
  Worker& worker = connection.worker();
  const wire::HttpRequest& request = http_.request();
  const http::Route& route = *http_.match().route;
  const bool upgrade = wire::asks_for_websocket(request);
  if (!upgrade) {
    connection.place()->established();
    http_.wait(Instant::max());
    if (request.method() == "OPTIONS") return http_.answer(http::preflight(request));
  }
  if (!http::is_origin_allowed(route.endpoint->origins, request)) {
    worker.log().write_rarely("engine origin", Level::info, "request refused",
                              {{"why", "pages of this origin may not connect"},
                               {"origin", request.find("origin").value_or("")},
                               {"profile", route.profile->name}});
    return refuse({engine_io::Refusal::forbidden().code, "pages of this origin may not connect"}, Handshake::origin,
                  upgrade);
  }
  const auto [query, refused] = this->query(upgrade);  // a copy: the answer forgets the request
  if (refused) return refuse(*refused, Handshake::malformed, upgrade);
  if (upgrade) {
    if (const auto fault = wire::check_handshake(request)) return http_.refuse(*fault, Handshake::malformed);
    if (request.has_body()) return http_.refuse({400, "a handshake has no body"}, Handshake::malformed);
  }
  if (query.has_sid) return tell(query);
  if (worker.draining()) {
    if (upgrade) return http_.refuse({503, "shutting down", {{"Retry-After", "1"}}}, Handshake::unavailable);
    http_.note(Handshake::unavailable);
    http::Response response = http::problem_response(503, "shutting down");
    response.headers.emplace_back("Retry-After", "1");
    return http_.answer(std::move(response));
  }
  open(query);
}

/// A handshake: a new socket.
void EngineRequests::open(const engine_io::Query& query) {
  Connection& connection = http_.connection();
  Worker& worker = connection.worker();
  const http::Route& route = *http_.match().route;
  auto entry = worker.shared().census->enter(connection.peer(), route.profile->name);
  if (!entry.place) return refuse_one_more(entry.verdict, query.websocket);
  session::Opening opening = http_.opening();
  // With Socket.IO each namespace asks for the token, when the client connects to it.
  const bool is_single = !route.profile->dialect_of(*route.endpoint).traits().namespaces;
  auth::IdentityPtr identity;
  if (is_single) {
    auto admitted = worker.sessions().admit(*route.profile, *route.endpoint, opening);
    if (!admitted && admitted.failure().reason == Reason::invalid) {
      return refuse(engine_io::Refusal::request(), Handshake::malformed, query.websocket);
    }
    if (!admitted) return refuse(engine_io::Refusal::forbidden(), Handshake::unauthenticated, query.websocket);
    identity = std::move(*admitted);
  }
  const engine_io::ConnectionRef from{worker.index(), connection.id()};
  engine_io::Socket& socket = worker.sockets().open(route, query.revision);
  if (is_single) {
    opening.place = std::move(entry.place);
    socket.carry(std::make_unique<engine_io::SingleSession>(socket, std::move(opening), std::move(identity)));
  } else {
    socket.carry(std::make_unique<socket_io::Client>(socket, std::move(opening), std::move(entry.place)));
  }
  if (query.websocket) {
    http_.accept(route.profile->limits.message_bytes).open(socket.id, route.profile->limits);
    return socket.begin(from, query);
  }
  http_.note(Handshake::accepted);
  owes_ = socket.id;
  socket.begin(from, query);
}

/// There are as many sockets as there may be.
void EngineRequests::refuse_one_more(engine_io::Census::Verdict verdict, bool upgrade) {
  const std::string_view limit = engine_io::Census::name(verdict);
  const std::string why = "limit " + std::string(limit) + " reached";
  const int status = engine_io::Census::status(verdict);
  if (upgrade) return http_.refuse({status, why, {{"Retry-After", "5"}}}, Handshake::limited);
  http_.note(Handshake::limited);
  const Connection& connection = http_.connection();
  connection.worker().log().write_rarely(
      limit, Level::warn, "session refused",
      {{"limit", limit}, {"profile", http_.match().route->profile->name}, {"address", connection.peer().text()}});
  http::Response response = engine_io::refusal({engine_io::Refusal::forbidden().code, why, status});
  response.headers.emplace_back("Retry-After", "5");
  http_.answer(std::move(response));
}

/// A request for a socket that is there already, perhaps on another worker.
void EngineRequests::tell(const engine_io::Query& query) {
  Worker& worker = http_.connection().worker();
  engine_io::Input input = this->input(query.websocket ? Kind::upgrade : Kind::request, *query.sid);
  input.revision = query.revision;
  if (query.websocket) {
    http_.wait(Instant::max());
  } else {
    http_.note_request();
    wire::HttpRequest& request = http_.request();
    input.request = std::make_unique<engine_io::Request>();
    input.request->revision = query.revision;
    input.request->method = request.method();
    input.request->content_type = request.find("content-type").value_or("");
    input.request->body = request.take_body();
    input.request->jsonp = query.jsonp;
  }
  owes_ = *query.sid;
  worker.sockets().tell(std::move(input));
}

void EngineRequests::obey(const engine_io::Command& command) {
  using Command = engine_io::Command::Kind;
  const engine_io::Sid socket = *std::exchange(owes_, std::nullopt);
  if (command.kind == Command::refuse) return refuse_websocket(command.text);
  const profile::Limits& limits = http_.match().route->profile->limits;
  if (command.kind == Command::busy) return http_.accept(wire::kMaxControlPayload).open_busy();
  http_.accept(limits.message_bytes).open(socket, limits);
  http_.connection().resume();
}

void EngineRequests::gone() {
  if (!owes_) return;
  http_.connection().worker().sockets().tell(input(Kind::closed, *std::exchange(owes_, std::nullopt)));
}

void EngineRequests::forget() {
  query_.reset();
  owes_.reset();
}

void EngineRequests::refuse(const engine_io::Refusal& why, Handshake result, bool upgrade) {
  http_.note(result);
  gone();
  if (upgrade) return refuse_websocket(why.message);
  http_.answer(engine_io::refusal(why));
}

/// As the official server refuses a WebSocket: plain text, and the end.
void EngineRequests::refuse_websocket(std::string_view why) {
  http_.note(Handshake::malformed);
  http_.end(wire::response(400, {{"Content-Type", "text/html"}}, why, {.close = true}));
}

void EngineRequests::refuse_body(const wire::HttpRefusal& refusal) {
  const http::Route& route = *http_.match().route;
  const auto cors = http::cors_headers(route.endpoint->origins, http_.request());
  std::vector<wire::HttpField> headers;
  headers.reserve(cors.size());
  for (const auto& [name, value] : cors) headers.push_back({name, value});
  http_.note(Handshake::malformed);
  if (refusal.status != 413) return http_.end(wire::refusal_response(refusal, headers));
  const Connection& connection = http_.connection();
  connection.worker().log().write_rarely("limit body_bytes", Level::info, "request refused",
                                         {{"limit", "body_bytes"},
                                          {"bytes", static_cast<std::int64_t>(body_limit(*route.profile))},
                                          {"profile", route.profile->name},
                                          {"address", connection.peer().text()}});
  http_.end(wire::response(413, headers, {}, {.close = true}));
}

}  // namespace polygate::server
