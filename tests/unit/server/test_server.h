#pragma once
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/routing/local_exchange.h"
#include "gateway/server/server.h"
#include "tests/unit/routing/late_exchange.h"
#include "tests/unit/words_profile.h"

namespace polygate::server {

/// A server with everything that it needs, on loopback and any free port.
class TestServer {
 public:
  explicit TestServer(std::vector<profile::ProfilePtr> profiles, Settings settings = {},
                      std::vector<ListenerSettings> listeners = {{"main", "127.0.0.1", 0, {}, {}}})
      : handlers_(settings.workers, {}, clock_),
        server_(settings, std::move(listeners), services(std::move(profiles))) {
    started_ = server_.start();
    if (started_) started_ = server_.take_started();
    if (started_) started_ = server_.open();
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
    made.exchange = late_ ? static_cast<Exchange*>(late_.get()) : &exchange_;
    made.verifiers = &verifiers_;
    made.handlers = &handlers_;
    made.handler_ids.resize(profiles.size());
    made.profiles = std::move(profiles);
    return made;
  }

  SystemClock clock_;
  Log log_{Log::Format::text, Level::error};
  LocalExchange exchange_{clock_};
  const std::unique_ptr<LateExchange> late_ = late_if_wanted(exchange_);
  auth::Verifiers verifiers_;
  Handlers handlers_;
  Server server_;
  Result<void> started_;
};

}  // namespace polygate::server
