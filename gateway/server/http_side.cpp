#include "gateway/server/http_side.h"

#include <utility>

#include "gateway/http/origin.h"
#include "gateway/server/connection.h"
#include "gateway/server/websocket.h"
#include "gateway/server/worker.h"
#include "gateway/wire/http_response.h"
#include "gateway/wire/websocket_handshake.h"

namespace polygate::server {
HttpSide::HttpSide(Connection& connection)
    : connection_(connection),
      parser_(connection.worker().settings().http),
      handler_(connection.worker().shared().handler(connection.listener())),
      engine_(*this) {}

void HttpSide::receive(std::span<char>& bytes) {
  using State = wire::HttpParser::State;
  if (answered_ && parser_.idle()) {
    connection_.set_deadline(connection_.worker().now() + connection_.worker().settings().handshake_within);
  }
  for (;;) {
    std::string_view unread(bytes.data(), bytes.size());
    const State state = parser_.feed(unread);
    bytes = bytes.last(unread.size());
    switch (state) {
      case State::more:
        if (is_engine()) engine_.body_begins();
        return;
      case State::head:
        if (!handler_) {
          find_route();
          if (!is_engine()) return handshake();
          parser_.limit_body(EngineRequests::body_limit(*match_.route->profile));
        }
        if (parser_.request().expects_continue()) connection_.send(wire::kContinue);
        continue;
      case State::request:
        if (handler_) return dispatch();
        if (!match_.route) find_route();  // unless its head has told
        return is_engine() ? engine_.judge() : handshake();
      case State::refused:
        if (is_engine()) return engine_.refuse_body(parser_.refusal());
        return refuse(parser_.refusal(), Handshake::malformed);
    }
  }
}

void HttpSide::dispatch() {
  Worker& worker = connection_.worker();
  const wire::HttpRequest& request = parser_.request();
  ++worker.meter().http_requests;
  connection_.place()->established();
  wait(worker.now() + worker.settings().reply_within);
  (*handler_)(request, http::Reply([inbox = worker.inbox(), id = connection_.id()](http::Response response) {
                inbox->put(HttpAnswer{id, std::move(response)});
              }));
}

void HttpSide::wait(Instant until) {
  connection_.hold();
  connection_.set_deadline(until);
  waits_ = true;
  keep_alive_ = parser_.request().keep_alive();
  head_only_ = parser_.request().method() == "HEAD";
}

void HttpSide::obey(engine_io::Command& command) {
  using Kind = engine_io::Command::Kind;
  switch (command.kind) {
    case Kind::answer:
      return answer(std::move(*command.response));
    case Kind::refuse:
    case Kind::accept:
    case Kind::busy:
      if (std::exchange(waits_, false)) engine_.obey(command);
      return;
    case Kind::close:
      return connection_.begin_closing({});
    case Kind::frame:
    case Kind::say:
    case Kind::ping:
    case Kind::drain:
    case Kind::resume:
      return;  // for the WebSocket that it was to become
  }
}

void HttpSide::answer(http::Response response) {
  if (!waits_ && !engine_.is_owed()) return;
  const bool is_whole = std::exchange(waits_, false);
  engine_.forget();
  if (match_.route) {
    auto cors = http::cors_headers(match_.route->endpoint->origins, parser_.request());
    response.headers.insert(response.headers.end(), cors.begin(), cors.end());
    match_ = {};
  }
  answered_ = true;
  const bool close = response.close || !is_whole || !keep_alive_ || connection_.worker().draining();
  std::vector<wire::HttpField> headers;
  headers.reserve(response.headers.size());
  for (const auto& [name, value] : response.headers) headers.push_back({name, value});
  connection_.reply(wire::response(response.status, headers, response.body, {close, is_whole && head_only_}));
  if (close) return connection_.begin_closing({});
  parser_.next();
  connection_.set_deadline(connection_.worker().now() + connection_.worker().settings().keep_alive);
}

bool HttpSide::is_engine() const {
  return match_.route && match_.route->profile->dialect_of(*match_.route->endpoint).traits().engine_io;
}

void HttpSide::find_route() {
  const Shared& shared = connection_.worker().shared();
  const wire::HttpRequest& request = parser_.request();
  match_ = shared.router.match(shared.listener_name(connection_.listener()),
                               request.find("host").value_or(std::string_view()), request.path());
}

session::Opening HttpSide::opening() {
  const wire::HttpRequest& request = parser_.request();
  session::Opening opening;
  opening.address = connection_.peer().text();
  opening.path = std::move(match_.parameters);
  opening.query.reserve(request.parameter_count());
  for (std::size_t i = 0; i < request.parameter_count(); ++i) {
    opening.query.emplace_back(request.parameter(i).name, request.parameter(i).value);
  }
  opening.headers.reserve(request.header_count());
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    opening.headers.emplace_back(request.header(i).name, request.header(i).value);
  }
  return opening;
}

/// Everything about a WebSocket handshake except its bytes: where to, from which page, by whom.
void HttpSide::handshake() {
  Worker& worker = connection_.worker();
  const wire::HttpRequest& request = parser_.request();
  if (match_.bad_parameter) {
    return refuse({400, "a part of the path is not [A-Za-z0-9_-]{1,64}"}, Handshake::malformed);
  }
  if (!match_.route) return refuse({404, "nothing lives at this path"}, Handshake::not_found);
  if (const auto refusal = wire::check_handshake(request)) {
    return refuse(*refusal, refusal->status == 400 ? Handshake::malformed : Handshake::not_websocket);
  }
  if (request.has_body()) return refuse({400, "a handshake has no body"}, Handshake::malformed);
  const http::Route& route = *match_.route;
  if (!http::is_origin_allowed(route.endpoint->origins, request)) {
    return refuse({403, "pages of this origin may not connect"}, Handshake::origin);
  }
  if (worker.draining()) return refuse({503, "shutting down", {{"Retry-After", "1"}}}, Handshake::unavailable);

  session::Opening opening = this->opening();
  auto identity = worker.sessions().admit(*route.profile, *route.endpoint, opening);
  if (!identity) {
    const Failure& failure = identity.failure();
    if (failure.reason == Reason::invalid) return refuse({400, failure.message}, Handshake::malformed);
    if (failure.reason == Reason::unauthenticated) {
      return refuse({401, failure.message, {{"WWW-Authenticate", "Bearer"}}}, Handshake::unauthenticated);
    }
    return refuse({503, failure.message, {{"Retry-After", "5"}}}, Handshake::unavailable);
  }
  accept(route.profile->limits.message_bytes).open(route, std::move(opening), std::move(*identity));
}

WebSocket& HttpSide::accept(std::size_t message_bytes) {
  note(Handshake::accepted);
  connection_.send(wire::switching_protocols(parser_.request()));
  return connection_.upgrade(message_bytes);
}

void HttpSide::refuse(const wire::HttpRefusal& refusal, Handshake result) {
  note(result);
  connection_.worker().log().write_rarely(
      "handshake " + std::string(name(result)), Level::info, "request refused",
      {{"status", std::int64_t{refusal.status}}, {"why", refusal.detail}, {"address", connection_.peer().text()}});
  end(wire::refusal_response(refusal));
}

void HttpSide::end(std::string_view answer) {
  connection_.send(answer);
  connection_.begin_closing({});
}

bool HttpSide::on_deadline() {
  if (waits_ && engine_.is_owed()) return true;
  if (waits_) {
    http::Response late = http::problem_response(504, "the answer took too long");
    late.close = true;  // the handler's own answer may still come: no other request must get it
    answer(std::move(late));
    return true;
  }
  if (answered_ && parser_.idle()) return false;
  note(Handshake::late);
  connection_.worker().log().write_rarely("handshake late", Level::info, "request took too long",
                                          {{"limit", "handshake_within"}, {"address", connection_.peer().text()}});
  if (!parser_.idle()) {
    connection_.output().say(wire::refusal_response({408, "the request took too long"}));
  }
  return false;
}

bool HttpSide::may_be_post(std::string_view bytes) {
  if (handler_) return false;
  const std::string_view method = parser_.idle() ? bytes.substr(0, bytes.find(' ')) : parser_.request().method();
  return method.empty() || method == "POST";
}

void HttpSide::gone() {
  engine_.gone();
  if (!answered_) note(Handshake::lost);
}

void HttpSide::note_request() {
  answered_ = true;
  ++connection_.worker().meter().http_requests;
}

void HttpSide::note(Handshake result) {
  if (handler_ || std::exchange(judged_, true)) return;
  ++connection_.worker().meter().handshakes[static_cast<std::size_t>(result)];
}

}  // namespace polygate::server
