#include <gtest/gtest.h>

#include <map>

#include "gateway/transport/server.h"
#include "tests/talks/driver.h"
#include "tests/talks/scratch.h"
#include "tests/talks/web_client.h"

namespace polygate::talks {
namespace {

/// A whole server on a port of its own, in this process, and clients that reach it over loopback.
class Sockets final : public Driver {
 public:
  explicit Sockets(unsigned workers)
      : log_(Log::Format::text, Level::error), deployment_(load_deployment(clock_, log_, workers, scratch_.path())) {
    transport::Settings settings;
    settings.workers = workers;
    transport::ListenerSettings listener;
    listener.name = "main";
    server_ = std::make_unique<transport::Server>(settings, std::vector{listener}, deployment_->services());
    const auto started = server_->start();
    if (!started) ADD_FAILURE() << started.failure().message;
    deployment_->start_handlers();
  }
  ~Sockets() override {
    clients_.clear();
    deployment_->stop_handlers();
    server_->stop();
  }

  app::Deployment& deployment() override { return *deployment_; }
  double unix_seconds() const override { return clock_.unix_seconds(); }
  int connect(const std::string& who, const std::string& target, const Headers& headers) override {
    clients_[who] = std::make_unique<WebClient>();
    return clients_[who]->connect(server_->port("main"), target, headers);
  }
  void say(const std::string& who, const std::string& message) override {
    clients_[who]->send(wire::Opcode::text, message);
  }
  Heard hear(const std::string& who) override { return clients_[who]->hear(); }
  bool is_silent(const std::string& who) override { return clients_[who]->is_silent(); }
  void close(const std::string& who) override { clients_[who]->close(); }
  void drop(const std::string& who) override { clients_[who]->drop(); }
  bool wait(Millis) override { return false; }

 private:
  SystemClock clock_;
  Scratch scratch_;
  Log log_;
  std::unique_ptr<app::Deployment> deployment_;
  std::unique_ptr<transport::Server> server_;
  std::map<std::string, std::unique_ptr<WebClient>> clients_;
};

}  // namespace

std::unique_ptr<Driver> over_sockets(unsigned workers) {
  return std::make_unique<Sockets>(workers);
}

}  // namespace polygate::talks
