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
class InProcess final : public Driver, private session::Carrier, private Post {
 public:
  InProcess() : log_(Log::Format::text, Level::error), deployment_(load_deployment(clock_, log_, 1, scratch_.path())) {
    deployment_->services().post = [this](WorkerIndex, std::function<void()> task) {
      const std::scoped_lock lock(mutex_);
      tasks_.push_back(std::move(task));
      came_.notify_one();
    };
    deployment_->exchange().attach(0, *this);
    deployment_->start_handlers();
    table_ = std::make_unique<session::SessionTable>(WorkerIndex{0}, deployment_->services(),
                                                     static_cast<session::Carrier&>(*this));
    router_ = std::make_unique<transport::Router>(deployment_->profiles());
  }
  ~InProcess() override { deployment_->stop_handlers(); }

  app::Deployment& deployment() override { return *deployment_; }
  double unix_seconds() const override { return clock_.unix_seconds(); }

  int connect(const std::string& who, const std::string& target, const Headers& headers) override;
  void say(const std::string& who, const std::string& message) override {
    work();
    receive(clients_[who], message);
    work();
  }
  Heard hear(const std::string& who) override;
  bool is_silent(const std::string& who) override {
    work();
    return clients_[who].heard.empty();
  }
  void close(const std::string& who) override {
    work();
    table_->hang_up(clients_[who].id, session::Gone::closed);
    table_->remove(clients_[who].id);
    work();
  }
  void drop(const std::string& who) override {
    work();
    table_->hang_up(clients_[who].id, session::Gone::lost);
    table_->remove(clients_[who].id);
    work();
  }
  bool wait(Millis time) override {
    clock_.advance(time);
    table_->tick();
    work();
    return true;
  }
  const session::Meter* meter() override { return &table_->meter(); }

 private:
  struct Client {
    SessionId id;
    bool socket_io = false;
    std::deque<Heard> heard;
  };

  Client* client(SessionId id) {
    for (auto& [who, client] : clients_) {
      if (client.id == id) return &client;
    }
    return nullptr;
  }

  // Carrier: remembered, and done when the table has returned.
  void output(SessionId session) override { dirty_.push_back(session); }
  void input(SessionId) override {}
  void end(SessionId session, std::uint16_t code, std::string) override { ended_.emplace_back(session, code); }
  void probe(SessionId session) override { probed_.push_back(session); }

  // Post: as over sockets, letters wait until the table has returned, even those to oneself.
  void deliver(Delivery delivery) override { letters_.emplace_back(std::move(delivery)); }
  void direct(Direct direct) override { letters_.emplace_back(std::move(direct)); }

  void receive(const Client& client, const std::string& message);
  void work();
  bool run_tasks();
  void flush(SessionId id);

  ManualClock clock_;
  Scratch scratch_;
  Log log_;
  std::unique_ptr<app::Deployment> deployment_;
  std::unique_ptr<session::SessionTable> table_;
  std::unique_ptr<transport::Router> router_;
  std::map<std::string, Client> clients_;
  std::deque<std::variant<Delivery, Direct>> letters_;
  std::vector<SessionId> dirty_;
  std::vector<SessionId> probed_;
  std::vector<std::pair<SessionId, std::uint16_t>> ended_;
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
  Client& client = clients_[who] = Client{};
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
  std::deque<Heard>& heard = clients_[who].heard;
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

void InProcess::flush(SessionId id) {
  session::Outbox* outbox = table_->outbox(id);
  if (!outbox) return;
  Client* owner = client(id);
  while (!outbox->empty()) {
    // A frame's header is not shown: the message alone is what a client hears.
    const std::string_view bytes = outbox->front();
    const auto length = static_cast<unsigned char>(bytes[1]) & 127U;
    const bool framed = !owner || !owner->socket_io;
    const std::size_t header = !framed ? 0 : length == 127 ? 10 : length == 126 ? 4 : 2;
    if (owner) owner->heard.push_back({Heard::Kind::message, std::string(bytes.substr(header)), 0});
    outbox->written(bytes.size());
  }
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
    const auto dirty = std::exchange(dirty_, {});
    for (const SessionId id : dirty) flush(id);
    const auto probed = std::exchange(probed_, {});
    for (const SessionId id : probed) table_->alive(id);
    const auto ended = std::exchange(ended_, {});
    for (const auto& [id, code] : ended) {
      flush(id);
      if (Client* owner = client(id)) owner->heard.push_back({Heard::Kind::closed, {}, code});
      table_->remove(id);
    }
    if (!ran && dirty.empty() && ended.empty() && probed.empty()) return;
  }
}

}  // namespace

std::unique_ptr<Driver> in_process() {
  return std::make_unique<InProcess>();
}

}  // namespace polygate::talks
