// Requests of Engine.IO: polls, POSTs and WebSocket handshakes, judged where they arrive and handed to the worker that
// their session lives on.
#include <algorithm>
#include <utility>

#include "gateway/engine_io/single_session.h"
#include "gateway/http/origin.h"
#include "gateway/server/connection.h"
#include "gateway/server/http_side.h"
#include "gateway/server/worker.h"
#include "gateway/socket_io/client.h"
#include "gateway/wire/http_response.h"
#include "gateway/wire/websocket_handshake.h"

namespace polygate::server {

/// Clients up to 4.4 put all that waits into one POST, and base64 makes a third more of it.
std::size_t HttpSide::engine_body_limit(const profile::Profile& profile) {
  return profile.engine.body_bytes != 0 ? profile.engine.body_bytes : 4 * profile.limits.message_bytes;
}

/// Asked when the body of a POST begins, and again when it is there.
const engine_io::QueryReading& HttpSide::engine_query(bool upgrade) {
  if (!query_) {
    query_ = std::make_unique<engine_io::QueryReading>(
        engine_io::read_query(parser_.request(), match_.route->profile->engine, upgrade));
  }
  return *query_;
}

void HttpSide::engine_request() {
  Worker& worker = connection_.worker();
  const wire::HttpRequest& request = parser_.request();
  const http::Route& route = *match_.route;
  const bool upgrade = wire::asks_for_websocket(request);
  if (!upgrade) {
    connection_.established();
    wait(Instant::max());
    if (request.method() == "OPTIONS") return answer(http::preflight(request));
  }
  if (!http::is_origin_allowed(route.endpoint->origins, request)) {
    worker.log().write_rarely("engine origin", Level::info, "request refused",
                              {{"why", "pages of this origin may not connect"},
                               {"origin", request.find("origin").value_or("")},
                               {"profile", route.profile->name}});
    return engine_refuse({engine_io::Refusal::forbidden().code, "pages of this origin may not connect"},
                         Handshake::origin, upgrade);
  }
  const auto [query, refused] = engine_query(upgrade);  // a copy: the answer forgets the request
  if (refused) return engine_refuse(*refused, Handshake::malformed, upgrade);
  if (upgrade) {
    if (const auto fault = wire::check_handshake(request)) return refuse(*fault, Handshake::malformed);
    if (request.has_body()) return refuse({400, "a handshake has no body"}, Handshake::malformed);
  }
  if (query.has_sid) return engine_session(query);
  if (worker.draining()) {
    if (upgrade) return refuse({503, "shutting down", {{"Retry-After", "1"}}}, Handshake::unavailable);
    note(Handshake::unavailable);
    http::Response response = http::problem_response(503, "shutting down");
    response.headers.emplace_back("Retry-After", "1");
    return answer(std::move(response));
  }
  engine_handshake(query);
}

/// A new session.
void HttpSide::engine_handshake(const engine_io::Query& query) {
  Worker& worker = connection_.worker();
  const http::Route& route = *match_.route;
  auto entry = worker.census().enter(connection_.peer(), route.profile->name);
  if (!entry.place) return refuse_one_more(entry.verdict, query.websocket);
  session::Opening opening = this->opening();
  // With Socket.IO each namespace asks for the token, when the client connects to it.
  const bool is_single = !route.profile->dialect_of(*route.endpoint).traits().namespaces;
  auth::IdentityPtr identity;
  if (is_single) {
    auto admitted = worker.sessions().admit(*route.endpoint, opening);
    if (!admitted) {
      return engine_refuse(engine_io::Refusal::forbidden(), Handshake::unauthenticated, query.websocket);
    }
    identity = std::move(*admitted);
  }
  note(Handshake::accepted);
  const engine_io::ConnectionRef from{worker.index(), connection_.id()};
  engine_io::Socket& engine = worker.sockets().open(route, query.revision);
  if (is_single) {
    opening.place = std::move(entry.place);
    engine.carry(std::make_unique<engine_io::SingleSession>(engine, std::move(opening), std::move(identity)));
  } else {
    engine.carry(std::make_unique<socket_io::Client>(engine, std::move(opening), std::move(entry.place)));
  }
  if (query.websocket) {
    connection_.send(wire::switching_protocols(parser_.request()));
    connection_.open(engine.id(), route.profile->limits);
    return engine.begin_websocket(from);
  }
  engine_ = std::make_unique<engine_io::Sid>(engine.id());
  engine.begin_polling(from, query);
}

/// There are as many sessions as there may be.
void HttpSide::refuse_one_more(engine_io::Census::Verdict verdict, bool upgrade) {
  const std::string_view limit = engine_io::Census::name(verdict);
  const std::string why = "limit " + std::string(limit) + " reached";
  const int status = engine_io::Census::status(verdict);
  if (upgrade) return refuse({status, why, {{"Retry-After", "5"}}}, Handshake::limited);
  note(Handshake::limited);
  connection_.worker().log().write_rarely(
      limit, Level::warn, "session refused",
      {{"limit", limit}, {"profile", match_.route->profile->name}, {"address", connection_.peer().text()}});
  http::Response response = engine_io::refusal({engine_io::Refusal::forbidden().code, why, status});
  response.headers.emplace_back("Retry-After", "5");
  answer(std::move(response));
}

/// A request of a session that is there already, perhaps on another worker.
void HttpSide::engine_session(const engine_io::Query& query) {
  Worker& worker = connection_.worker();
  if (query.websocket) {
    wait(Instant::max());
  } else {
    answered_ = true;  // no handshake
    ++worker.meter().http_requests;
  }
  engine_io::Input input;
  input.kind = query.websocket ? engine_io::Input::Kind::upgrade : engine_io::Input::Kind::request;
  input.to = *query.sid;
  input.from = {worker.index(), connection_.id()};
  input.revision = query.revision;
  input.profile = match_.route->profile.get();
  if (!query.websocket) {
    wire::HttpRequest& request = parser_.request();
    input.request = std::make_unique<engine_io::Request>();
    input.request->revision = query.revision;
    input.request->method = request.method();
    input.request->content_type = request.find("content-type").value_or("");
    input.request->body = request.take_body();
    input.request->jsonp = query.jsonp;
  }
  engine_ = std::make_unique<engine_io::Sid>(*query.sid);
  worker.sockets().tell(std::move(input));
}

/// Its engine is told, because it takes one POST at a time.
void HttpSide::engine_body_begins() {
  Worker& worker = connection_.worker();
  const wire::HttpRequest& request = parser_.request();
  if (request.method() != "POST") return;
  const auto& [query, refused] = engine_query(wire::asks_for_websocket(request));
  if (refused || query.websocket || !query.has_sid) return;
  engine_io::Input input;
  input.kind = engine_io::Input::Kind::begins;
  input.to = *query.sid;
  input.from = {worker.index(), connection_.id()};
  input.profile = match_.route->profile.get();
  engine_ = std::make_unique<engine_io::Sid>(*query.sid);
  worker.sockets().tell(std::move(input));
}

void HttpSide::upgrade(const engine_io::Command& command) {
  using Kind = engine_io::Command::Kind;
  if (!waits_) return;
  waits_ = false;
  const engine_io::Sid engine = *std::exchange(engine_, nullptr);
  if (command.kind == Kind::refuse) return refuse_websocket(command.text);
  note(Handshake::accepted);
  connection_.send(wire::switching_protocols(parser_.request()));
  if (command.kind == Kind::busy) return connection_.open_busy();
  connection_.open(engine, match_.route->profile->limits);
  connection_.resume();
}

/// It shall not wait for what does not come (any more).
void HttpSide::tell_engine_gone() {
  if (!engine_) return;
  engine_io::Input input;
  input.to = *std::exchange(engine_, nullptr);
  input.from = {connection_.worker().index(), connection_.id()};
  connection_.worker().sockets().tell(std::move(input));
}

void HttpSide::engine_refuse(const engine_io::Refusal& why, Handshake result, bool upgrade) {
  note(result);
  tell_engine_gone();
  if (upgrade) return refuse_websocket(why.message);
  answer(engine_io::refusal(why));
}

/// As the official server refuses a WebSocket: plain text, and the end.
void HttpSide::refuse_websocket(std::string_view why) {
  note(Handshake::malformed);
  connection_.send(wire::response(400, {{"Content-Type", "text/html"}}, why, {.close = true}));
  connection_.finish();
}

void HttpSide::engine_refuse_body() {
  const wire::HttpRefusal& refusal = parser_.refusal();
  const auto cors = http::cors_headers(match_.route->endpoint->origins, parser_.request());
  std::vector<wire::HttpField> headers;
  headers.reserve(cors.size());
  for (const auto& [name, value] : cors) headers.push_back({name, value});
  note(Handshake::malformed);
  if (refusal.status != 413) {
    connection_.send(wire::refusal_response(refusal, headers));
  } else {
    connection_.worker().log().write_rarely(
        "limit body_bytes", Level::info, "request refused",
        {{"limit", "body_bytes"},
         {"bytes", static_cast<std::int64_t>(engine_body_limit(*match_.route->profile))},
         {"profile", match_.route->profile->name},
         {"address", connection_.peer().text()}});
    connection_.send(wire::response(413, headers, {}, {.close = true}));
  }
  connection_.finish();
}

}  // namespace polygate::server
