#include <gtest/gtest.h>
#include <poll.h>

#include <map>

#include "gateway/server/server.h"
#include "tests/talks/driver.h"
#include "tests/talks/polling_client.h"
#include "tests/talks/scratch.h"
#include "tests/talks/stage/stage.h"
#include "tests/talks/web_client.h"
#include "tests/unit/routing/late_exchange.h"

namespace polygate::talks {
namespace {

constexpr int kLongest = 20'000;  // ms

/// A whole server on a port of its own, in this process, and clients that reach it over loopback.
class Sockets final : public Driver {
 public:
  Sockets(unsigned workers, const Setting& setting)
      : log_(Log::Format::text, Level::error),
        deployment_(load_deployment(setting, clock_, log_, workers, scratch_.path())) {
    if (!deployment_) return;
    late_ = late_if_wanted(deployment_->exchange());
    if (late_) deployment_->services().exchange = late_.get();
    router_ = std::make_unique<http::Router>(deployment_->profiles());
    server::Settings settings;
    settings.workers = workers;
    server::ListenerSettings listener;
    listener.name = "main";
    server_ = std::make_unique<server::Server>(settings, std::vector{listener}, deployment_->services());
    deployment_->start_handlers();
    const auto started = server_->start();
    if (!started) ADD_FAILURE() << started.failure().message;
    const auto taken = server_->take_started();
    if (!taken) ADD_FAILURE() << taken.failure().message;
    const auto opened = server_->open();
    if (!opened) ADD_FAILURE() << opened.failure().message;
  }
  ~Sockets() override {
    clients_.clear();
    stage::end(clock_);
    if (!deployment_) return;
    deployment_->stop_handlers();
    server_->stop();
  }

  bool loaded() const { return deployment_ != nullptr; }
  app::Deployment& deployment() override { return *deployment_; }
  double unix_seconds() const override { return clock_.unix_seconds(); }
  int connect(const std::string& who, const std::string& target, const Headers& headers, bool polling) override {
    if (polling) {
      auto client = std::make_unique<PollingClient>();
      const int status = client->connect(server_->port("main"), target, headers);
      clients_[who] = std::move(client);
      return status;
    }
    auto client = std::make_unique<WebClient>();
    const auto found = router_->match("main", "localhost", target.substr(0, target.find('?')));
    const bool engine = found.route && found.route->profile->dialect_of(*found.route->endpoint).traits().engine_io;
    const int status = engine ? client->connect_engine(server_->port("main"), target, headers)
                              : client->connect(server_->port("main"), target, headers);
    clients_[who] = std::move(client);
    return status;
  }
  void connected() override {
    if (late_) late_->wait_until_idle();
  }
  void say(const std::string& who, const std::vector<Message>& messages, End end) override {
    clients_[who]->say(messages, end);
  }
  Heard hear(const std::string& who) override;
  std::vector<Heard> waiting(const std::string& who) override { return clients_[who]->waiting(); }
  void reads(const std::string& who, bool does) override { clients_[who]->reads = does; }
  std::optional<bool> held_back(const std::string&) override { return std::nullopt; }
  bool wait(Millis) override { return false; }

 private:
  SystemClock clock_;
  Scratch scratch_;
  Log log_;
  std::unique_ptr<app::Deployment> deployment_;
  std::unique_ptr<LateExchange> late_;
  std::unique_ptr<http::Router> router_;
  std::unique_ptr<server::Server> server_;
  std::map<std::string, std::unique_ptr<SocketClient>> clients_;
};

/// While one is waited for, the others answer what asks for a sign of life.
Heard Sockets::hear(const std::string& who) {
  while (!clients_[who]->has_heard()) {
    std::vector<pollfd> sockets;
    std::vector<SocketClient*> theirs;
    for (const auto& [name, client] : clients_) {
      if (client->fd() < 0 || !client->reads) continue;
      sockets.push_back({client->fd(), POLLIN, 0});
      theirs.push_back(client.get());
    }
    if (clients_[who]->fd() < 0 || clients_[who]->has_bytes()) break;
    if (poll(sockets.data(), sockets.size(), kLongest) <= 0) return {};
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      if (sockets[i].revents != 0) theirs[i]->pump();
    }
  }
  return clients_[who]->hear();
}

}  // namespace

std::unique_ptr<Driver> over_sockets(unsigned workers, const Setting& setting) {
  auto driver = std::make_unique<Sockets>(workers, setting);
  return driver->loaded() ? std::move(driver) : nullptr;
}

}  // namespace polygate::talks
