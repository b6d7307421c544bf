#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <variant>

#include "gateway/dialect/socket_io_packet.h"
#include "gateway/session/session_table.h"
#include "gateway/transport/router.h"
#include "tests/talks/driver.h"
#include "tests/talks/scratch.h"

namespace polygate::talks {
namespace {

constexpr std::chrono::seconds kHandlerPatience{20};

/// Sessions without sockets, a clock that is turned by hand, one worker. Handlers that run on threads of their own are
/// the only thing that is ever waited for.
class InProcess final : public Driver, private Post {
 public:
  InProcess() : log_(Log::Format::text, Level::error), deployment_(load_deployment(clock_, log_, 1, scratch_.path())) {
    deployment_->services().post = [this](WorkerIndex, std::function<void()> task) {
      const std::scoped_lock lock(mutex_);
      tasks_.push_back(std::move(task));
      came_.notify_one();
    };
    deployment_->exchange().attach(0, *this);
    deployment_->start_handlers();
    table_ = std::make_unique<session::SessionTable>(WorkerIndex{0}, deployment_->services());
    router_ = std::make_unique<transport::Router>(deployment_->profiles());
  }
  ~InProcess() override { deployment_->stop_handlers(); }

  app::Deployment& deployment() override { return *deployment_; }
  double unix_seconds() const override { return clock_.unix_seconds(); }

  int connect(const std::string& who, const std::string& target, const Headers& headers) override;
  void say(const std::string& who, const std::string& message) override {
    work();
    receive(*clients_[who], message);
    work();
  }
  Heard hear(const std::string& who) override;
  bool is_silent(const std::string& who) override {
    work();
    return clients_[who]->heard.empty();
  }
  void close(const std::string& who) override { leave(who, session::Gone::closed); }
  void drop(const std::string& who) override { leave(who, session::Gone::lost); }
  bool wait(Millis time) override {
    clock_.advance(time);
    table_->tick();
    work();
    return true;
  }
  const session::Meter* meter() override { return &table_->meter(); }

 private:
  /// One client, who reads all that it is told at once.
  struct Client final : session::Carrier {
    bool push(FramePtr frame) override {
      const std::string_view message = frame->message();
      heard.push_back({Heard::Kind::message, std::string(message), 0});
      return true;
    }
    void resume_input() override {}
    void close(const session::Farewell& farewell) override {
      heard.push_back({Heard::Kind::closed, {}, farewell.code});
      is_over = true;
    }
    void probe() override { probed = true; }
    void let_go() override {}

    SessionId id;
    bool socket_io = false;
    bool probed = false;
    bool is_over = false;  ///< and its session is not told yet
    std::deque<Heard> heard;
  };

  void leave(const std::string& who, session::Gone why) {
    work();
    table_->hang_up(clients_[who]->id, why);
    work();
  }

  // Post: as over sockets, letters wait until the table has returned, even those to oneself.
  bool deliver(Delivery delivery) override {
    letters_.emplace_back(std::move(delivery));
    return false;
  }
  bool direct(Direct direct) override {
    letters_.emplace_back(std::move(direct));
    return false;
  }
  bool await_eased(WorkerIndex) override { return false; }

  void receive(const Client& client, const std::string& message);
  void work();
  bool run_tasks();

  ManualClock clock_;
  Scratch scratch_;
  Log log_;
  std::unique_ptr<app::Deployment> deployment_;
  std::unique_ptr<session::SessionTable> table_;
  std::unique_ptr<transport::Router> router_;
  std::map<std::string, std::unique_ptr<Client>> clients_;
  std::deque<std::variant<Delivery, Direct>> letters_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::function<void()>> tasks_;
};

int InProcess::connect(const std::string& who, const std::string& target, const Headers& headers) {
  session::Opening opening;
  opening.address = "127.0.0.1";
  opening.headers = headers;
  const auto question = target.find('?');
  const auto found = router_->match("main", "localhost", target.substr(0, question));
  if (!found.route) return found.bad_parameter ? 400 : 404;
  opening.path = found.parameters;
  const profile::Endpoint& endpoint = *found.route->endpoint;
  auto identity = table_->admit(endpoint, opening);
  if (!identity) return 401;
  if (clients_[who]) leave(who, session::Gone::lost);
  clients_[who] = std::make_unique<Client>();
  Client& client = *clients_[who];
  opening.carrier = &client;
  client.socket_io = found.route->profile->dialect->carriage() == dialect::Carriage::socket_io;
  client.id = table_->open(found.route->profile, endpoint, std::move(opening), std::move(*identity));
  work();
  return 101;
}

/// A packet of Socket.IO is taken apart here, as a connection would.
void InProcess::receive(const Client& client, const std::string& message) {
  if (!client.socket_io) {
    table_->receive(client.id, {true, message, {}, {}});
    return;
  }
  const auto packet = socket_io::parse_packet(std::string_view(message).substr(1));
  if (!packet) {
    ADD_FAILURE() << "not a packet of Socket.IO: " << message;
  } else if (packet->type == socket_io::Type::ack) {
    table_->acknowledged(client.id, *packet->ack, packet->json, nullptr);
  } else {
    table_->receive(client.id, {true, packet->json, packet->ack, nullptr});
  }
}

Heard InProcess::hear(const std::string& who) {
  std::deque<Heard>& heard = clients_[who]->heard;
  const auto until = std::chrono::steady_clock::now() + kHandlerPatience;
  for (work(); heard.empty(); work()) {
    std::unique_lock lock(mutex_);
    if (!came_.wait_until(lock, until, [&] { return !tasks_.empty(); })) return {};
  }
  Heard next = std::move(heard.front());
  heard.pop_front();
  return next;
}

bool InProcess::run_tasks() {
  std::vector<std::function<void()>> now;
  {
    const std::scoped_lock lock(mutex_);
    now.swap(tasks_);
  }
  for (auto& task : now) task();
  return !now.empty();
}

void InProcess::work() {
  for (;;) {
    bool ran = run_tasks();
    for (; !letters_.empty(); ran = true) {
      const auto letter = std::move(letters_.front());
      letters_.pop_front();
      if (const auto* delivery = std::get_if<Delivery>(&letter)) table_->deliver(*delivery);
      if (const auto* direct = std::get_if<Direct>(&letter)) table_->direct(*direct);
    }
    for (const auto& [who, client] : clients_) {
      if (client && std::exchange(client->probed, false)) {
        table_->alive(client->id);
        ran = true;
      }
      if (client && std::exchange(client->is_over, false)) {
        table_->hang_up(client->id, session::Gone::closed);
        ran = true;
      }
    }
    if (!ran) return;
  }
}

}  // namespace

std::unique_ptr<Driver> in_process() {
  return std::make_unique<InProcess>();
}

}  // namespace polygate::talks
