#pragma once
#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/profile/read.h"
#include "gateway/routing/local_exchange.h"
#include "gateway/transport/server.h"

namespace polygate::transport {

/// "name rest": an event and its data, without JSON.
class WordsDialect final : public dialect::Dialect {
 public:
  Result<dialect::Event> decode(const dialect::Message& whole, json::Document&, const json::Limits&) const override {
    const std::string_view message = whole.bytes;
    const std::size_t space = std::min(message.find(' '), message.size());
    dialect::Event event;
    event.name = message.substr(0, space);
    event.data_bytes = message.substr(std::min(space + 1, message.size()));
    return event;
  }
  void encode(std::string& out, std::string_view name, std::string_view data) const override {
    out.append(name).append(1, ' ').append(data);
  }
  bool text(std::string_view) const override { return true; }
  bool json() const override { return false; }
};

inline profile::Text text(const std::string& scalar) {
  Diagnostics diagnostics;
  return profile::parse_text(scalar, {}, diagnostics);
}

inline profile::ReplyStep reply(const std::string& data) {
  profile::ReplyStep step;
  step.data.emplace();
  step.data->kind = profile::Shape::Kind::text;
  step.data->text = text(data);
  return step;
}

inline profile::Endpoint endpoint(const std::string& path) {
  profile::Endpoint endpoint;
  endpoint.path = path;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    endpoint.segments.push_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  endpoint.ping.every = Millis(0);
  return endpoint;
}

/// A profile for tests of the transport: say (comes back), where (the path's :id), join, shout (to all who joined),
/// bye.
inline std::shared_ptr<profile::Profile> words(std::vector<profile::Endpoint> endpoints) {
  auto made = std::make_shared<profile::Profile>();
  made->name = "words";
  made->dialect = std::make_unique<WordsDialect>();
  made->roles = {"guest"};
  made->endpoints = std::move(endpoints);
  made->limits.events_per_second = 0;
  made->limits.message_bytes = std::size_t{1} << 20;
  made->families = {{"room", TopicKind::joined}};
  const profile::TopicText room{"room", text("all"), {}};

  profile::Rule rule;
  rule.from = {0};
  auto& events = made->events;
  events["say"] = {rule};
  events["say"][0].replies.push_back(reply("$data"));
  events["where"] = {rule};
  events["where"][0].replies.push_back(reply("$path.id"));
  events["join"] = {rule};
  events["join"][0].join = {room};
  events["join"][0].replies.push_back(reply("ok"));
  events["shout"] = {rule};
  events["shout"][0].sends.emplace_back();
  events["shout"][0].sends[0].to = {room};
  events["bye"] = {rule};
  events["bye"][0].replies.push_back(reply("bye"));
  events["bye"][0].close = {true, 4000, text("as you wish")};
  return made;
}

/// A server with everything that it needs, on loopback and any free port.
class TestServer {
 public:
  explicit TestServer(std::vector<profile::ProfilePtr> profiles, Settings settings = {},
                      std::vector<ListenerSettings> listeners = {{"main", "127.0.0.1", 0, {}, {}}})
      : handlers_(settings.workers, {}, clock_),
        server_(settings, std::move(listeners), services(std::move(profiles))) {
    started_ = server_.start();
  }
  /// One endpoint /words/:id and the defaults.
  explicit TestServer(Settings settings = {}) : TestServer({words({endpoint("/words/:id")})}, settings) {}
  ~TestServer() { server_.stop(); }

  const Result<void>& started() const { return started_; }
  std::uint16_t port(std::string_view listener = "main") const { return server_.port(listener); }
  Server& operator*() { return server_; }
  Server* operator->() { return &server_; }

  Collected collect() {
    std::promise<Collected> promise;
    server_.collect([&](Collected collected) { promise.set_value(std::move(collected)); });
    return promise.get_future().get();
  }
  /// Asks until it is so: each question passes every thread once, so this is no busy waiting for long.
  bool becomes(const std::function<bool(const Collected&)>& so) {
    for (int i = 0; i < 20'000; ++i) {
      if (so(collect())) return true;
    }
    return false;
  }
  std::uint64_t handshakes(Handshake result) {
    std::uint64_t sum = 0;
    for (const WorkerMeters& worker : collect().workers) {
      sum += worker.transport.handshakes[static_cast<std::size_t>(result)];
    }
    return sum;
  }

 private:
  turns::Services services(std::vector<profile::ProfilePtr> profiles) {
    turns::Services made;
    made.clock = &clock_;
    made.log = &log_;
    made.exchange = &exchange_;
    made.verifiers = &verifiers_;
    made.handlers = &handlers_;
    made.handler_ids.resize(profiles.size());
    made.profiles = std::move(profiles);
    return made;
  }

  SystemClock clock_;
  Log log_{Log::Format::text, Level::error};
  LocalExchange exchange_{clock_};
  auth::Verifiers verifiers_;
  Handlers handlers_;
  Server server_;
  Result<void> started_;
};

}  // namespace polygate::transport
