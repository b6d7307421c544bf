#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/engine_io/host.h"
#include "gateway/engine_io/sockets.h"
#include "gateway/routing/local_exchange.h"
#include "gateway/session/session_table.h"
#include "tests/unit/profile/deployment.h"

namespace polygate::engine_io {

using Lines = std::vector<std::string>;

/// Connection number `n`, of the first worker.
constexpr ConnectionRef connection(std::uint32_t n) {
  return {0, {n, 1}};
}

/// What whole WebSocket frames say: text as it is, binary data in angle brackets.
inline std::string said_in(std::string_view frames) {
  std::string said;
  while (!frames.empty()) {
    const auto byte = [&](std::size_t at) {
      return static_cast<std::size_t>(static_cast<unsigned char>(frames.at(at)));
    };
    const bool is_long = byte(1) == 126;
    const std::size_t size = is_long ? byte(2) << 8 | byte(3) : byte(1);
    const std::string payload(frames.substr(is_long ? 4 : 2).substr(0, size));
    EXPECT_EQ(payload.size(), size) << "a frame that is cut";
    if (!said.empty()) said += " | ";
    said += byte(0) == 0x81 ? payload : byte(0) == 0x82 ? '<' + payload + '>' : "no frame";
    frames.remove_prefix((is_long ? 4 : 2) + payload.size());
  }
  return said;
}

/// What all workers of a test share: time, a profile, and the connections, each with what it was told: one line for
/// each command or frame. " | " stands between the packets of an answer.
struct TestGateway {
  explicit TestGateway(const std::string& yaml, const std::string& schema = {}) : reading(yaml) {
    if (schema.empty()) {
      reading.check_alone();
    } else {
      reading.check_against(schema);
    }
    EXPECT_EQ(reading.diagnostics.text(), "");
    services.clock = &clock;
    services.log = &log;
    services.exchange = &exchange;
    services.verifiers = &verifiers;
    services.handlers = &handlers;
    services.handler_ids.resize(1);
    services.profiles = {reading.profile};
  }
  /// A test asks for all that was said.
  ~TestGateway() {
    for (const auto& [n, unheard] : lines) {
      for (const std::string& line : unheard) ADD_FAILURE() << "connection " << n << " was told: " << line;
    }
  }
  TestGateway(const TestGateway&) = delete;
  TestGateway& operator=(const TestGateway&) = delete;

  profile::Profile& profile() { return *reading.profile; }
  http::Route route(std::size_t endpoint = 0) const { return {reading.profile, &reading.profile->endpoints[endpoint]}; }

  void told(const ConnectionRef& to, std::string line) {
    EXPECT_TRUE(to.worker == 0 && to.connection.generation == 1) << "nobody's connection: " << line;
    lines[to.connection.index].push_back(std::move(line));
  }
  std::string header(std::uint32_t n, std::string_view name) const {
    const auto answer = answers.find(n);
    if (answer == answers.end()) return "no answer";
    for (const auto& [key, value] : answer->second.headers) {
      if (key == name) return value;
    }
    return "none";
  }

  profile::Reading reading;
  ManualClock clock;
  Log log{Log::Format::text, Level::error};
  LocalExchange exchange{clock};
  auth::Verifiers verifiers;
  Handlers handlers{2, {}, clock};
  turns::Services services;
  std::map<std::uint32_t, Lines> lines;
  std::map<std::uint32_t, http::Response> answers;  ///< the last of each connection
  std::set<std::uint32_t> full;                     ///< these take no frames
};

/// A worker without a loop: sockets and sessions live here, connections only write down what they are told. Nothing
/// happens by itself: a test ends the turn, and moves the time on.
class TestHost final : public Host, public Post {
 public:
  explicit TestHost(TestGateway& gateway, WorkerIndex index = 0)
      : gateway_(gateway), index_(index), sessions_(index, gateway.services), sockets_(*this, index) {
    gateway.exchange.attach(index, *this);
  }

  // For tests.
  Socket& open(const http::Route& route, Revision revision) { return sockets_.open(route, revision); }
  Socket* find(const Sid& id) { return sockets_.find(id); }
  bool has_moved(const Sid& id) const { return sockets_.moved_to(id).has_value(); }
  std::size_t size() const { return sockets_.size(); }
  /// Sockets may move to `other`, and it hands on what comes for them.
  void knows(TestHost& other) { other_ = &other; }
  /// We are shutting down: each socket says goodbye at `when`.
  void drain(std::uint16_t code, Instant when) {
    drains_ = code;
    sockets_.each([&](Socket& socket) { socket.drain_at(when); });
  }
  void tell(Input input) {
    if (Socket* socket = sockets_.find(input.to)) return socket->input(input);
    if (sockets_.moved_to(input.to)) return other_->arrivals_.push_back(std::move(input));
    if (input.kind == Input::Kind::request) gateway_.told(input.from, "nobody");
  }
  /// Gives each socket that is awake its turn.
  void attend() {
    for (const Sid& id : std::exchange(awake_, {})) {
      Socket* socket = sockets_.find(id);
      if (socket == nullptr) continue;
      socket->is_awake = false;
      const Socket::Next next = socket->attend();
      if (next.leaves_for) {
        EXPECT_EQ(*next.leaves_for, other_->index_);
        other_->arrivals_.push_back(sockets_.take(*socket, *next.leaves_for));
      } else if (next.is_over) {
        sockets_.free(*socket);
      }
    }
  }
  /// All that there is to do now, here and there.
  void turn() {
    while (work() || (other_ != nullptr && other_->work())) continue;
  }
  void pass(Millis time) {
    gateway_.clock.advance(time);
    sockets_.tick(now());
    sessions_.tick();
    if (other_ != nullptr) {
      other_->sockets_.tick(now());
      other_->sessions_.tick();
    }
  }

  // Host
  Instant now() const override { return gateway_.clock.now(); }
  void wake(Socket& socket) override {
    if (!std::exchange(socket.is_awake, true)) awake_.push_back(socket.id);
  }
  void arm(Socket& socket) override { sockets_.arm(socket); }
  void command(Command command) override;
  bool send_frame(const ConnectionRef& to, FramePtr, std::string_view bytes) override {
    if (gateway_.full.count(to.connection.index) != 0) return false;
    gateway_.told(to, "frame " + said_in(bytes));
    return true;
  }
  bool has_room(const ConnectionRef& of) const override { return gateway_.full.count(of.connection.index) == 0; }
  std::optional<std::uint16_t> drains() const override { return drains_; }
  Millis close_within() const override { return Millis(1'500); }
  Meter& meter() override { return meter_; }
  void note_close(std::uint16_t code, std::string_view, std::string_view) override { ++meter_.closes[code]; }
  Log& log() const override { return gateway_.log; }
  session::SessionTable& sessions() override { return sessions_; }
  WorkerIndex index() const override { return index_; }
  bool knows(WorkerIndex worker) const override {
    return worker == index_ || (other_ != nullptr && other_->index_ == worker);
  }

  // Post
  bool deliver(Delivery delivery) override {
    arrivals_.push_back(std::move(delivery));
    return false;
  }
  bool direct(Direct direct) override {
    arrivals_.push_back(std::move(direct));
    return false;
  }
  bool await_eased(WorkerIndex) override { return false; }
  void run(std::function<void()> task) override { arrivals_.push_back(std::move(task)); }
  void run_behind(Done<> task) override {
    run([its = std::make_shared<Done<>>(std::move(task))] { (*its)(); });
  }

 private:
  /// False: there was nothing to do.
  bool work() {
    if (arrivals_.empty() && awake_.empty()) return false;
    while (!arrivals_.empty()) {
      auto next = std::move(arrivals_.front());
      arrivals_.pop_front();
      if (auto* input = std::get_if<Input>(&next)) tell(std::move(*input));
      if (auto* delivery = std::get_if<Delivery>(&next)) sessions_.deliver(*delivery);
      if (auto* direct = std::get_if<Direct>(&next)) sessions_.direct(*direct);
      if (auto* task = std::get_if<std::function<void()>>(&next)) (*task)();
      if (auto* socket = std::get_if<std::unique_ptr<Socket>>(&next)) sockets_.adopt(std::move(*socket)).arrive(*this);
    }
    attend();
    return true;
  }

  TestGateway& gateway_;
  const WorkerIndex index_;
  session::SessionTable sessions_;
  Sockets sockets_;
  std::vector<Sid> awake_;
  std::deque<std::variant<Input, Delivery, Direct, std::function<void()>, std::unique_ptr<Socket>>> arrivals_;
  std::optional<std::uint16_t> drains_;
  TestHost* other_ = nullptr;
  Meter meter_;
};

inline void TestHost::command(Command command) {
  using Kind = Command::Kind;
  std::string line;
  switch (command.kind) {
    case Kind::answer: {
      line = std::to_string(command.response->status) + ' ';
      for (const char c : command.response->body) line += c == '\x1e' ? " | " : std::string(1, c);
      if (command.response->close) line += "and close";
      gateway_.answers[command.to.connection.index] = std::move(*command.response);
      break;
    }
    case Kind::refuse:
      line = "refuse " + command.text;
      break;
    case Kind::accept:
      line = "accept";
      break;
    case Kind::busy:
      line = "busy";
      break;
    case Kind::frame:
      line = "a frame by letter";
      break;
    case Kind::say:
      line = "say " + said_in(command.text);
      break;
    case Kind::ping:
      line = "ping";
      break;
    case Kind::drain:
      line = "drain";
      break;
    case Kind::resume:
      line = "resume";
      break;
    case Kind::close:
      line = "close " + std::to_string(command.code) + ' ' + command.text;
      if (command.takes_rest) line += ", take the rest";
      break;
  }
  gateway_.told(command.to, std::move(line));
}

/// A client: one socket, and the connections that it comes over, by their numbers.
class Peer {
 public:
  Peer(TestGateway& gateway, TestHost& host, Revision revision)
      : gateway_(gateway), host_(host), revision_(revision), id_(host.open(gateway.route(), revision).id) {}

  /// While there is one.
  Socket& socket() { return *host_.find(id_); }
  const Sid& id() const { return id_; }

  // What it does.
  void begins_to_poll(std::uint32_t n, const Query& query = {}) { socket().begin(connection(n), query); }
  void begins_on_websocket(std::uint32_t n) {
    Query query;
    query.websocket = true;
    socket().begin(connection(n), query);
  }
  void polls(std::uint32_t n, std::optional<std::string> jsonp = std::nullopt) {
    auto request = this->request("GET");
    request->jsonp = std::move(jsonp);
    tell(n, Input::Kind::request, std::move(request));
  }
  void posts(std::uint32_t n, std::string body, std::string content_type = "text/plain;charset=UTF-8") {
    auto request = this->request("POST");
    request->body = std::move(body);
    request->content_type = std::move(content_type);
    tell(n, Input::Kind::request, std::move(request));
  }
  void asks(std::uint32_t n, std::string method, Revision revision) {
    auto request = this->request(std::move(method));
    request->revision = revision;
    tell(n, Input::Kind::request, std::move(request));
  }
  void begins_to_post(std::uint32_t n) { tell(n, Input::Kind::begins); }
  void upgrades(std::uint32_t n) { tell(n, Input::Kind::upgrade); }
  void goes(std::uint32_t n) { tell(n, Input::Kind::closed); }
  void shows_life(std::uint32_t n) { tell(n, Input::Kind::alive); }
  /// The outbox of its connection is full, as a letter says.
  void reads_slowly(std::uint32_t n) { tell(n, Input::Kind::slow); }
  void says(std::uint32_t n, std::string_view text) { message(n, true, text); }
  void sends(std::uint32_t n, std::string_view bytes) { message(n, false, bytes); }

  /// What connection `n` was told since it was asked last, up to the end of the turn.
  Lines hears(std::uint32_t n) {
    host_.turn();
    return std::exchange(gateway_.lines[n], {});
  }

 private:
  std::unique_ptr<Request> request(std::string method) const {
    auto request = std::make_unique<Request>();
    request->revision = revision_;
    request->method = std::move(method);
    return request;
  }
  void tell(std::uint32_t n, Input::Kind kind, std::unique_ptr<Request> request = nullptr) {
    Input input;
    input.kind = kind;
    input.to = id_;
    input.from = connection(n);
    input.revision = revision_;
    input.request = std::move(request);
    host_.tell(std::move(input));
  }
  /// As a connection of the first worker, which writes down that it is to hand over no more.
  void message(std::uint32_t n, bool text, std::string_view bytes) {
    if (Socket* socket = host_.find(id_)) {
      if (!socket->message(connection(n), text, bytes)) gateway_.told(connection(n), "wait");
      return;
    }
    Input input;
    input.kind = Input::Kind::message;
    input.to = id_;
    input.from = connection(n);
    input.text = text;
    input.bytes = bytes;
    if (host_.has_moved(id_)) gateway_.told(connection(n), "wait");
    host_.tell(std::move(input));
  }

  TestGateway& gateway_;
  TestHost& host_;
  const Revision revision_;
  const Sid id_;
};

}  // namespace polygate::engine_io
