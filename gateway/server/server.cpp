#include "gateway/server/server.h"

#include <algorithm>
#include <csignal>
#include <future>
#include <utility>

#include "gateway/net/lws_log.h"
#include "gateway/net/tls.h"

namespace polygate::server {

Server::Server(Settings settings, std::vector<ListenerSettings> listeners, turns::Services services)
    : shared_{settings,
              std::move(listeners),
              std::move(services),
              http::Router({}),
              {},
              std::make_shared<engine_io::Census>(engine_io::Census::Limits{
                  settings.max_engines, settings.engines_per_address, settings.engines_per_profile})} {
  shared_.router = http::Router(shared_.services.profiles);
  shared_.services.post = [this](WorkerIndex worker, Task task) { post(worker, std::move(task)); };
}

Server::~Server() {
  stop();
}

void Server::post(WorkerIndex worker, Task task) {
  workers_[worker]->inbox()->put(std::move(task));
}

Result<void> Server::start() {
  std::vector<net::Listener> listeners;
  for (const ListenerSettings& settings : shared_.listeners) {
    if (settings.tls) {
      if (const auto good = net::check_tls(*settings.tls); !good) {
        return Failure{good.failure().reason, "listener `" + settings.name + "`: " + good.failure().message};
      }
    }
    auto listener = net::Listener::bind(settings, shared_.settings.keepalive);
    if (!listener) return listener.failure();
    ports_.push_back(listener->port);
    listeners.push_back(std::move(*listener));
  }
  std::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error of its write, not ours to die of
  net::send_library_log_to(shared_.services.log);

  auto& inboxes = shared_.inboxes;
  for (unsigned i = 0; i < std::max(1u, shared_.settings.workers); ++i) {
    workers_.push_back(std::make_unique<Worker>(static_cast<WorkerIndex>(i), shared_));
    if (const auto good = workers_.back()->set_up(); !good) return good.failure();
    inboxes.push_back(workers_.back()->inbox());
    shared_.services.exchange->attach(static_cast<WorkerIndex>(i), workers_.back()->post());
  }
  std::vector<net::Deal> deals;
  deals.reserve(inboxes.size());
  for (const auto& inbox : inboxes) {
    deals.emplace_back([inbox](net::NewSocket socket) { inbox->put(std::move(socket)); });
  }
  acceptor_ =
      std::make_unique<net::Acceptor>(shared_.settings, std::move(listeners), std::move(deals), *shared_.services.log);
  for (const auto& worker : workers_) worker->start(acceptor_->inbox());
  running_ = true;
  return {};
}

Result<void> Server::take_started() {
  const auto taken = std::make_shared<std::promise<Result<void>>>();
  workers_.front()->inbox()->put(Task([worker = workers_.front().get(), taken] {
    worker->take_started([taken](Result<void> result) { taken->set_value(std::move(result)); });
  }));
  return taken->get_future().get();
}

Result<void> Server::open() {
  auto accepts = acceptor_->start();
  is_open_ = static_cast<bool>(accepts);
  return accepts;
}

std::uint16_t Server::port(std::string_view listener) const {
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    if (shared_.listeners[i].name == listener) return ports_[i];
  }
  return 0;
}

void Server::collect(std::function<void(Collected)> done) {
  // Hand over hand: each thread adds its own and passes the whole on, so nothing is shared.
  struct Relay {
    Server& server;
    std::function<void(Collected)> done;
    Collected collected;
  };
  auto relay = std::make_shared<Relay>(Relay{*this, std::move(done), {}});
  struct Step {
    static void take(const std::shared_ptr<Relay>& with) {
      const std::size_t at = with->collected.workers.size();
      if (at == with->server.workers_.size()) {
        with->collected.census = with->server.shared_.census->counts();
        return with->done(std::move(with->collected));
      }
      Worker* worker = with->server.workers_[at].get();
      worker->inbox()->put(Task([worker, with] {
        with->collected.workers.push_back(worker->meters());
        take(with);
      }));
    }
  };
  acceptor_->inbox()->put(Task([acceptor = acceptor_.get(), relay] {
    relay->collected.acceptor = acceptor->meter();
    Step::take(relay);
  }));
}

std::optional<session::Abandoned> Server::drain(Millis window, Millis hard_cap, std::uint16_t code) {
  if (!running_) return session::Abandoned{};
  constexpr Millis kToSay{500};  // what was abandoned, after the cap
  const auto until = std::chrono::steady_clock::now() + hard_cap + kToSay;
  if (is_open_) {
    const auto closed = std::make_shared<std::promise<void>>();
    acceptor_->inbox()->put(Task([acceptor = acceptor_.get(), closed] {
      acceptor->close_listeners();
      closed->set_value();
    }));
    closed->get_future().wait();  // what it accepted before is now in the workers' boxes, ahead of the drain
  }
  std::vector<std::shared_ptr<std::promise<session::Abandoned>>> ends;
  for (const auto& worker : workers_) {
    const auto end = ends.emplace_back(std::make_shared<std::promise<session::Abandoned>>());
    worker->inbox()->put(Task([worker = worker.get(), window, hard_cap, code, end] {
      worker->drain(window, hard_cap, code, [end](session::Abandoned left) { end->set_value(left); });
    }));
  }
  session::Abandoned all;
  for (const auto& end : ends) {
    auto left = end->get_future();
    if (left.wait_until(until) != std::future_status::ready) return std::nullopt;
    const session::Abandoned its = left.get();
    all.connections += its.connections;
    all.sessions += its.sessions;
    all.events += its.events;
    all.turns += its.turns;
  }
  return all;
}

void Server::stop() {
  if (running_) {
    acceptor_->stop();
    for (const auto& worker : workers_) worker->inbox()->put(Task([worker = worker.get()] { worker->stop(); }));
    for (const auto& worker : workers_) worker->join();
    running_ = false;
  }
  if (workers_.empty()) return;
  workers_.clear();
  acceptor_.reset();
  net::send_library_log_to(nullptr);
}

}  // namespace polygate::server
