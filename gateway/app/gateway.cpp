#include "gateway/app/gateway.h"

#include <algorithm>
#include <utility>

namespace polygate::app {
namespace {

server::ListenerSettings listener_settings(const ListenerConfig& config) {
  server::ListenerSettings made;
  made.name = config.name;
  made.address = config.address;
  made.port = config.port;
  if (!config.certificate.empty()) made.tls = net::TlsSettings{config.certificate, config.key};
  return made;
}

std::string url(std::string_view scheme, const ListenerConfig& config, std::uint16_t port) {
  const bool is_v6 = config.address.find(':') != std::string::npos;
  return std::string(scheme) + (config.certificate.empty() ? "" : "s") + "://" +
         (is_v6 ? '[' + config.address + ']' : config.address) + ':' + std::to_string(port);
}

}  // namespace

std::unique_ptr<Gateway> Gateway::load(Config config, const Clock& clock, Log& log, Diagnostics& diagnostics) {
  std::unique_ptr<Gateway> made(new Gateway(log));
  made->workers_ = config.worker_count();
  Deployment::Options options;
  options.workers = made->workers_;
  options.clock = &clock;
  options.log = &log;
  options.report = [gateway = made.get()](const HandlerReport& report) { gateway->report(report); };
  made->deployment_ = Deployment::load(std::move(config), options, diagnostics);
  if (!made->deployment_) return nullptr;
  for (const auto& ids : made->deployment_->services().handler_ids) {
    for (const auto& [handler, id] : ids) made->handler_meter_.know(handler);
  }
  return made;
}

Gateway::~Gateway() {
  if (deployment_) deployment_->stop_handlers();  // before the workers go, to whom answers are posted
  if (server_) server_->stop();
}

Result<void> Gateway::start() {
  make_server();
  deployment_->start_handlers();
  return server_->start();
}

Result<void> Gateway::take_started() {
  return server_->take_started();
}

Result<void> Gateway::open() {
  return server_->open();
}

void Gateway::make_server() {
  const Config& config = deployment_->config();
  server::Settings settings;
  settings.workers = workers_;
  settings.handshake_within = config.limits.handshake;
  settings.max_connections = config.limits.connections;
  settings.max_per_address = config.limits.connections_per_address;
  settings.handshakes_per_address = config.limits.handshakes_per_address;
  settings.keepalive = config.tcp_keepalive;
  settings.max_engines = config.limits.engine_sessions;
  settings.engines_per_address = config.limits.engine_sessions_per_address;
  settings.engines_per_profile = config.limits.engine_sessions_per_profile;
  std::vector<server::ListenerSettings> listeners;
  for (const ListenerConfig& listener : config.listeners) listeners.push_back(listener_settings(listener));
  admin_ = std::make_unique<Admin>(
      Admin::Sources{[this](std::function<void(Snapshot)> done) {
                       server_->collect([this, done = std::move(done)](server::Collected collected) {
                         Snapshot snapshot;
                         snapshot.collected = std::move(collected);
                         for (const profile::ProfilePtr& profile : deployment_->profiles()) {
                           snapshot.profiles.push_back(profile->name);
                         }
                         snapshot.kept = deployment_->exchange().kept_meters();
                         snapshot.handlers = handler_meter_.read();
                         snapshot.stores = deployment_->stores().meters();
                         done(std::move(snapshot));
                       });
                     },
                     [this] { return deployment_->stores().health(); }});
  if (config.admin) {
    listeners.push_back(listener_settings(*config.admin));
    listeners.back().http = [this](const wire::HttpRequest& request, http::Reply reply) {
      admin_->answer(request, std::move(reply));
    };
  }
  server_ = std::make_unique<server::Server>(settings, std::move(listeners), deployment_->services());
}

std::vector<Gateway::Listening> Gateway::listening() const {
  const Config& config = deployment_->config();
  std::vector<Listening> all;
  for (const ListenerConfig& listener : config.listeners) {
    all.push_back({listener.name, url("ws", listener, server_->port(listener.name))});
  }
  if (config.admin) all.push_back({"admin", url("http", *config.admin, server_->port("admin"))});
  return all;
}

bool Gateway::drain() {
  admin_->drain();
  const Config& config = deployment_->config();
  const auto left = server_->drain(config.drain_window, config.drain_cap);
  if (!left) {
    log_.write(Level::warn, "drain.cap was over: a worker does not answer");
    return false;
  }
  if (left->nothing()) return true;
  log_.write(Level::warn, "drain.cap was over: what was left is abandoned",
             {{"connections", static_cast<std::int64_t>(left->connections)},
              {"sessions", static_cast<std::int64_t>(left->sessions)},
              {"events", static_cast<std::int64_t>(left->events)},
              {"turns", static_cast<std::int64_t>(left->turns)}});
  return false;
}

void Gateway::report(const HandlerReport& report) {
  handler_meter_.count(report);
  if (!report.fault.empty()) {
    log_.write_rarely("handler fault", Level::error, "handler failed",
                      {{"handler", report.handler}, {"fault", report.fault}});
  } else if (!report.details.empty()) {
    const Reason reason = report.failed.value_or(Reason::internal);
    log_.write_rarely("handler failed " + std::string(report.handler) + ' ' + std::string(name(reason)),
                      reason == Reason::internal ? Level::error : Level::warn, "handler failed",
                      {{"handler", report.handler}, {"reason", name(reason)}, {"details", report.details}});
  }
  if (report.slow) {
    log_.write_rarely("slow handler", Level::warn, "inline handler holds up its worker",
                      {{"handler", report.handler}, {"milliseconds", std::int64_t{report.took.count()}}});
  }
  if (report.slow_write) {
    log_.write_rarely("slow write " + std::string(report.handler), Level::warn, "a handler's write holds up the store",
                      {{"handler", report.handler}, {"milliseconds", std::int64_t{report.wrote.count()}}});
  }
}

}  // namespace polygate::app
