#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <variant>

#include "gateway/engine_io/http.h"
#include "gateway/http/router.h"
#include "gateway/session/outbox.h"
#include "gateway/session/session_table.h"
#include "tests/talks/driver.h"
#include "tests/talks/packet.h"
#include "tests/talks/scratch.h"
#include "tests/talks/stage/stage.h"
#include "tests/unit/routing/late_exchange.h"

namespace polygate::talks {
namespace {

constexpr std::chrono::seconds kHandlerPatience{20};

/// Sessions without sockets, a clock that is turned by hand, one worker. Handlers that run on threads of their own are
/// the only thing that is ever waited for.
class InProcess final : public Driver, private Post {
 public:
  explicit InProcess(const Setting& setting)
      : log_(Log::Format::text, Level::error), deployment_(load_deployment(setting, clock_, log_, 1, scratch_.path())) {
    if (!deployment_) return;
    deployment_->services().post = [this](WorkerIndex, std::function<void()> task) { post(std::move(task)); };
    late_ = late_if_wanted(deployment_->exchange());
    if (late_) deployment_->services().exchange = late_.get();
    deployment_->services().exchange->attach(0, *this);
    deployment_->start_handlers();
    table_ = std::make_unique<session::SessionTable>(WorkerIndex{0}, deployment_->services());
    router_ = std::make_unique<http::Router>(deployment_->profiles());
    start();
  }
  ~InProcess() override {
    stage::end(clock_);
    if (deployment_) deployment_->stop_handlers();
  }

  bool loaded() const { return deployment_ != nullptr; }
  app::Deployment& deployment() override { return *deployment_; }
  double unix_seconds() const override { return clock_.unix_seconds(); }

  int connect(const std::string& who, const std::string& target, const Headers& headers, bool polling) override;
  void say(const std::string& who, const std::vector<Message>& messages, End end) override;
  Heard hear(const std::string& who) override;
  std::vector<Heard> waiting(const std::string& who) override {
    work();
    return {std::make_move_iterator(clients_[who]->heard.begin()),
            std::make_move_iterator(std::exchange(clients_[who]->heard, {}).end())};
  }
  void reads(const std::string& who, bool does) override {
    clients_[who]->reads = does;
    work();
  }
  std::optional<bool> held_back(const std::string& who) override {
    work();
    return clients_[who]->held_back;
  }
  bool wait(Millis time) override {
    clock_.advance(time);
    table_->tick();
    work();
    return true;
  }
  const session::Meter* meter() override { return &table_->meter(); }

 private:
  struct Client;

  /// What carries one session of a client. What it is asked for is done when the table has returned.
  struct Carrier final : session::Carrier {
    explicit Carrier(const Client& of) : client(of) {}
    bool push(FramePtr frame) override {
      const std::string_view bytes = frame->bytes();
      const profile::Limits& limits = client.route->profile->limits;
      if (outbox.push(std::move(frame), bytes, limits.outbox_bytes, limits.outbox_frames)) return true;
      outbox.drop_unstarted();
      return false;
    }
    bool has_room() const override { return outbox.weight() * 2 <= client.route->profile->limits.outbox_bytes; }
    void tell_when_drained() override { tells_drained = true; }
    void resume_input() override { resumed = true; }
    void close(const session::Farewell& said) override { farewell = said; }
    void probe() override { probed = true; }
    void let_go() override {}

    const Client& client;
    SessionId id = {};
    session::Outbox outbox = {};
    bool resumed = false;
    bool tells_drained = false;
    bool probed = false;
    std::optional<session::Farewell> farewell = {};
  };

  /// One connection, with the sessions of its namespaces; without Socket.IO its one session is that of "/".
  struct Client {
    const http::Route* route = nullptr;
    session::Opening opening = {};
    std::map<std::string, std::unique_ptr<Carrier>> sessions = {};
    Assembly assembly = {};
    std::deque<std::variant<Message, End>> unread = {};  ///< said, and not handed over yet
    std::deque<Heard> heard = {};
    bool held_back = false;
    bool reads = true;

    const dialect::Traits& traits() const { return route->profile->dialect_of(*route->endpoint).traits(); }
  };

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
  void run(std::function<void()> task) override { post(std::move(task)); }
  void run_behind(Done<> task) override { letters_.emplace_back(std::move(task)); }

  /// From any thread; it runs in the next turn of work().
  void post(std::function<void()> task) {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
    came_.notify_one();
  }
  void start();
  bool wait_for_task(std::chrono::steady_clock::time_point until);
  void read(Client& client);
  bool receive(Client& client, const Message& message);
  bool receive(Client& client, const Packet& packet);
  void join(Client& client, const Packet& packet);
  SessionId open(Client& client, const std::string& name_space, session::Opening opening, auth::IdentityPtr identity);
  void end(Client& client, End how);
  void over(Client& client, const std::string& name_space);
  void work();
  bool run_tasks();
  bool attend(Client& client);
  static bool flush(Client& client, const std::string& name_space);

  ManualClock clock_;
  Scratch scratch_;
  Log log_;
  std::unique_ptr<app::Deployment> deployment_;
  std::unique_ptr<LateExchange> late_;
  std::unique_ptr<session::SessionTable> table_;
  std::unique_ptr<http::Router> router_;
  std::map<std::string, std::unique_ptr<Client>> clients_;
  std::deque<std::variant<Delivery, Direct, Done<>>> letters_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::function<void()>> tasks_;
};

/// A frame's header is not shown: the message alone is what a client hears.
Message unframed(std::string_view bytes) {
  const auto length = static_cast<unsigned char>(bytes[1]) & 127U;
  const std::size_t header = length == 127 ? 10 : length == 126 ? 4 : 2;
  const bool text = (static_cast<unsigned char>(bytes[0]) & 15U) == 1;
  return {std::string(bytes.substr(header)), text};
}

int InProcess::connect(const std::string& who, const std::string& target, const Headers& headers, bool) {
  session::Opening opening;
  opening.address = "127.0.0.1";
  opening.headers = headers;
  const auto question = target.find('?');
  for (std::size_t at = question; at < target.size();) {
    const std::size_t end = std::min(target.find('&', at + 1), target.size());
    const std::size_t equals = std::min(target.find('=', at), end);
    const auto name = engine_io::decode_component(target.substr(at + 1, equals - at - 1));
    const auto value = engine_io::decode_component(target.substr(std::min(equals + 1, end), end - equals - 1));
    if (name && value) opening.query.emplace_back(*name, *value);
    at = end;
  }
  const auto found = router_->match("main", "localhost", target.substr(0, question));
  if (!found.route) return found.bad_parameter ? 400 : 404;
  opening.path = found.parameters;
  if (clients_[who]) end(*clients_[who], End::drop);
  clients_[who] = std::make_unique<Client>();
  Client& client = *clients_[who];
  client.route = found.route;
  client.opening = std::move(opening);
  if (!client.traits().namespaces) {
    auto identity = table_->admit(*found.route->profile, *found.route->endpoint, client.opening);
    if (!identity) return identity.failure().reason == Reason::invalid ? 400 : 401;
    open(client, "/", client.opening, std::move(*identity));
  }
  work();
  return 101;
}

SessionId InProcess::open(Client& client, const std::string& name_space, session::Opening opening,
                          auth::IdentityPtr identity) {
  auto& carrier = client.sessions[name_space] = std::make_unique<Carrier>(client);
  opening.carrier = carrier.get();
  carrier->id = table_->open(client.route->profile, *client.route->endpoint, std::move(opening), std::move(identity));
  return carrier->id;
}

void InProcess::say(const std::string& who, const std::vector<Message>& messages, End end) {
  work();
  Client& client = *clients_[who];
  for (const Message& message : messages) client.unread.emplace_back(message);
  if (end != End::none) client.unread.emplace_back(end);
  read(client);
  work();
}

/// Hands over what the client said, as long as its sessions take it.
void InProcess::read(Client& client) {
  while (!client.held_back && !client.unread.empty()) {
    const auto next = std::move(client.unread.front());
    client.unread.pop_front();
    if (const End* how = std::get_if<End>(&next)) {
      end(client, *how);
    } else {
      client.held_back = !receive(client, std::get<Message>(next));
    }
  }
}

/// False: hand over no more. Packets of Engine.IO and Socket.IO are taken apart here, as a connection would.
bool InProcess::receive(Client& client, const Message& message) {
  if (client.traits().namespaces) {
    const auto packet = client.assembly.add(message);
    if (client.assembly.broken()) ADD_FAILURE() << "not a packet of Socket.IO: " << message.bytes;
    return !packet || receive(client, *packet);
  }
  const std::size_t mark = client.traits().engine_io && message.text ? 1 : 0;
  return client.sessions.empty() ||
         table_->receive(client.sessions["/"]->id,
                         {message.text, std::string_view(message.bytes).substr(mark), std::nullopt, nullptr});
}

bool InProcess::receive(Client& client, const Packet& packet) {
  using socket_io::Type;
  if (packet.type == Type::connect) {
    join(client, packet);
    return true;
  }
  const auto session = client.sessions.find(packet.name_space);
  if (session == client.sessions.end()) return true;
  dialect::Attachments attachments;
  if (!packet.attachments.empty()) {
    attachments = std::make_shared<const std::vector<std::string>>(packet.attachments);
  }
  if (packet.type == Type::ack) return table_->acknowledged(session->second->id, *packet.ack, packet.json, attachments);
  if (packet.type == Type::event) {
    return table_->receive(session->second->id, {true, packet.json, packet.ack, attachments});
  }
  table_->hang_up(session->second->id, session::Gone::closed);
  client.sessions.erase(session);
  return true;
}

void InProcess::join(Client& client, const Packet& packet) {
  const profile::Endpoint& endpoint = *client.route->endpoint;
  session::Opening opening = client.opening;
  opening.name_space = packet.name_space;
  if (!packet.json.empty()) opening.auth = Json::parse(packet.json);
  const bool exists =
      packet.name_space == "/" || std::any_of(endpoint.namespaces.begin(), endpoint.namespaces.end(),
                                              [&](const auto& one) { return one.first == packet.name_space; });
  auto identity = table_->admit(*client.route->profile, endpoint, opening);
  Packet answer;
  answer.name_space = packet.name_space;
  if (!exists || !identity) {
    answer.type = socket_io::Type::error;
    answer.json = Json{{"message", exists ? identity.failure().message : "Invalid namespace"}}.dump();
  } else {
    answer.type = socket_io::Type::connect;
    const SessionId id = open(client, packet.name_space, std::move(opening), std::move(*identity));
    answer.json = Json{{"sid", table_->name(id)}}.dump();
  }
  client.heard.push_back({Heard::Kind::message, messages_of(answer)[0]});
}

void InProcess::end(Client& client, End how) {
  const auto why = how == End::close || how == End::engine ? session::Gone::closed : session::Gone::lost;
  for (const auto& [name_space, carrier] : client.sessions) table_->hang_up(carrier->id, why);
  client.sessions.clear();
  client.unread.clear();
  client.heard.push_back({Heard::Kind::closed, {}, static_cast<std::uint16_t>(how == End::close ? 1000 : 0)});
}

/// The gateway's wish to end a session. A client of Socket.IO that shall not come back is told so by a packet.
void InProcess::over(Client& client, const std::string& name_space) {
  flush(client, name_space);
  const std::unique_ptr<Carrier> gone = std::move(client.sessions[name_space]);
  client.sessions.erase(name_space);
  table_->hang_up(gone->id, session::Gone::closed);
  const std::uint16_t code = gone->farewell->code;
  const bool comes_back = code == 1001 || code == 1012 || code == 1013 || gone->farewell->is_broken;
  if (client.traits().namespaces && !comes_back) {
    Packet packet;
    packet.type = socket_io::Type::disconnect;
    packet.name_space = name_space;
    client.heard.push_back({Heard::Kind::message, messages_of(packet)[0]});
    if (!client.sessions.empty()) return;
  }
  for (const auto& [other, carrier] : client.sessions) table_->hang_up(carrier->id, session::Gone::lost);
  client.sessions.clear();
  client.heard.push_back({Heard::Kind::closed, {}, code});
}

/// From a handler that ran elsewhere. False: none came.
bool InProcess::wait_for_task(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  return came_.wait_until(lock, until, [&] { return !tasks_.empty(); });
}

/// What is taken before anybody comes.
void InProcess::start() {
  std::optional<Result<void>> started;
  table_->start([&started](Result<void> result) { started = std::move(result); });
  const auto until = std::chrono::steady_clock::now() + kHandlerPatience;
  for (work(); !started; work()) {
    if (wait_for_task(until)) continue;
    ADD_FAILURE() << "the rules of started are not over";
    return;
  }
  if (!*started) ADD_FAILURE() << started->failure().message;
}

Heard InProcess::hear(const std::string& who) {
  std::deque<Heard>& heard = clients_[who]->heard;
  const auto until = std::chrono::steady_clock::now() + kHandlerPatience;
  for (work(); heard.empty(); work()) {
    if (!wait_for_task(until)) return {};
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

/// True when there was something to read.
bool InProcess::flush(Client& client, const std::string& name_space) {
  session::Outbox& outbox = client.sessions[name_space]->outbox;
  if (outbox.empty() || !client.reads) return false;
  while (!outbox.empty()) {
    const std::string_view bytes = outbox.front();
    const bool framed = !client.traits().engine_io;
    for (Message& message : framed ? std::vector{unframed(bytes)} : from_body(bytes, name_space)) {
      client.heard.push_back({Heard::Kind::message, std::move(message)});
    }
    outbox.written(bytes.size());
  }
  return true;
}

/// What the sessions of a client asked for. False: nothing.
bool InProcess::attend(Client& client) {
  bool any = false;
  std::vector<std::string> names;
  for (const auto& [name_space, carrier] : client.sessions) names.push_back(name_space);
  for (const std::string& name_space : names) {
    if (!client.sessions.contains(name_space)) continue;
    any = flush(client, name_space) || any;
    Carrier& carrier = *client.sessions[name_space];
    if (client.reads && std::exchange(carrier.probed, false)) {
      table_->alive(carrier.id);
      any = true;
    }
    if (carrier.outbox.empty() && std::exchange(carrier.tells_drained, false)) {
      table_->drained(carrier.id);
      any = true;
    }
    if (std::exchange(carrier.resumed, false)) {
      client.held_back = false;
      any = true;
    }
    if (!carrier.farewell) continue;
    over(client, name_space);
    client.held_back = false;
    any = true;
  }
  if (!client.held_back && !client.unread.empty()) {
    read(client);
    any = true;
  }
  return any;
}

void InProcess::work() {
  for (;;) {
    bool ran = run_tasks();
    for (; !letters_.empty(); ran = true) {
      auto letter = std::move(letters_.front());
      letters_.pop_front();
      if (const auto* delivery = std::get_if<Delivery>(&letter)) table_->deliver(*delivery);
      if (const auto* direct = std::get_if<Direct>(&letter)) table_->direct(*direct);
      if (auto* done = std::get_if<Done<>>(&letter)) (*done)();
    }
    for (const auto& [who, client] : clients_) {
      if (client) ran = attend(*client) || ran;
    }
    if (!ran) return;
  }
}

}  // namespace

std::unique_ptr<Driver> in_process(const Setting& setting) {
  auto driver = std::make_unique<InProcess>(setting);
  return driver->loaded() ? std::move(driver) : nullptr;
}

}  // namespace polygate::talks
