#include "gateway/app/run_command.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "gateway/app/exit_code.h"
#include "gateway/app/gateway.h"
#include "gateway/app/notify.h"
#include "gateway/app/version.h"

namespace polygate::app {
namespace {

/// The signals that speak to us, blocked in every thread so that they wait until the main one asks. The old mask is
/// back at the end.
class Signals {
 public:
  Signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ours_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&ours_, signal);
    pthread_sigmask(SIG_BLOCK, &ours_, &before_);
  }
  ~Signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Waits for the next one.
  int next() const {
    int signal = 0;
    while (sigwait(&ours_, &signal) != 0) continue;
    return signal;
  }
  /// From now on SIGTERM and SIGINT end the process at once: whoever asks twice is in a hurry, and before anybody has
  /// come there is no goodbye to say.
  void let_the_next_one_end_us() const {
    struct sigaction action {};
    action.sa_handler = [](int) { _exit(kCut); };
    sigset_t forceful;
    sigemptyset(&forceful);
    for (const int signal : {SIGTERM, SIGINT}) {
      sigaction(signal, &action, nullptr);
      sigaddset(&forceful, signal);
    }
    pthread_sigmask(SIG_UNBLOCK, &forceful, nullptr);
  }
  /// From now on they wait again.
  void hold_back() const { pthread_sigmask(SIG_BLOCK, &ours_, nullptr); }

 private:
  sigset_t ours_;
  sigset_t before_;
};

/// Takes as many file descriptors as the configuration needs, and says so when the process may not have them. No more
/// than that: for each closed connection libwebsockets goes through a table with an entry for every descriptor that the
/// process may have.
Result<void> take_file_descriptors(const Config& config) {
  constexpr std::size_t kBesides = 192;   // listeners, logs, stores, plugins, and what the acceptor keeps in reserve
  constexpr std::size_t kForWorker = 16;  // its event loop
  const std::size_t wanted = config.limits.connections + kBesides + kForWorker * config.worker_count();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return {};
  return Failure{Reason::limited, "limits.connections is " + std::to_string(config.limits.connections) +
                                      ", which takes " + std::to_string(wanted) +
                                      " file descriptors, but this process may have " + std::to_string(limit.rlim_cur) +
                                      ": raise that (ulimit -n, LimitNOFILE=) or lower limits.connections"};
}

int cannot_start(const Failure& failure, std::ostream& err) {
  err << "cannot start: " << failure.message << '\n';
  return failure.reason == Reason::invalid ? kConfiguration : kFailed;
}

/// Its threads run already. What a handler still does is waited for like at the end of a drain.
int give_up(Gateway& gateway, const Failure& failure, Log& log, std::ostream& err) {
  const int code = cannot_start(failure, err);
  if (gateway.drain()) return code;
  err.flush();
  log.flush();
  _exit(code);
}

void announce(const Gateway& gateway, Output output, std::ostream& out) {
  for (const Gateway::Listening& listener : gateway.listening()) {
    if (output == Output::json) {
      out << Json({{"listening", listener.url}, {"name", listener.name}}).dump() << '\n';
    } else if (listener.name == "admin") {
      out << "admin on " << listener.url << '\n';
    } else {
      out << "listening on " << listener.url << " (" << listener.name << ")\n";
    }
  }
  out << (output == Output::json ? "{\"ready\":true}\n" : "ready\n") << std::flush;
}

/// Until SIGTERM or SIGINT.
void serve(const Signals& signals, Log& log) {
  for (;;) {
    const int signal = signals.next();
    if (signal != SIGHUP) {
      log.write(Level::info, "draining", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
      return;
    }
    log.write(Level::warn, "SIGHUP reloads nothing: restart to apply what was changed");
  }
}

}  // namespace

int run_command(const RunArguments& arguments, std::ostream& out, std::ostream& err) {
  const Signals signals;
  Diagnostics diagnostics;
  auto config = load_config(arguments.config, diagnostics);
  if (!config) {
    tell_problems(diagnostics, arguments.output, "nothing was started", err);
    return kConfiguration;
  }
  if (const auto enough = take_file_descriptors(*config); !enough) return cannot_start(enough.failure(), err);
  const SystemClock clock;
  Log log(config->log_format, config->log_level);
  const auto gateway = Gateway::load(std::move(*config), clock, log, diagnostics);
  if (!gateway) {
    tell_problems(diagnostics, arguments.output, "nothing was started", err);
    return diagnostics.may_pass() ? kFailed : kConfiguration;
  }
  if (const auto started = gateway->start(); !started) return cannot_start(started.failure(), err);
  signals.let_the_next_one_end_us();
  if (const auto taken = gateway->take_started(); !taken) return give_up(*gateway, taken.failure(), log, err);
  signals.hold_back();  // before there is another thread, which would have them as this one
  if (const auto opened = gateway->open(); !opened) return give_up(*gateway, opened.failure(), log, err);
  announce(*gateway, arguments.output, out);
  const auto socket = variable(arguments.config, "NOTIFY_SOCKET");
  log.write(Level::info, "ready", {{"version", kVersion}});
  if (!notify(socket, "READY=1")) log.write(Level::warn, "systemd could not be told: $NOTIFY_SOCKET refuses");
  serve(signals, log);
  notify(socket, "STOPPING=1");
  signals.let_the_next_one_end_us();
  if (!gateway->drain()) {
    log.flush();
    _exit(kCut);  // a handler or a worker may never come back
  }
  log.write(Level::info, "drained");
  return kDone;
}

}  // namespace polygate::app
