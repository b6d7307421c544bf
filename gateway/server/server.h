#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/net/acceptor.h"
#include "gateway/server/meter.h"
#include "gateway/server/settings.h"
#include "gateway/server/worker.h"
#include "gateway/turns/services.h"

namespace polygate::server {

/// All listeners, the acceptor and the workers of a process. Made, started, opened, drained, stopped and destroyed on
/// the main thread.
class Server {
 public:
  /// `services.post` is set by the server; everything else in `services` outlives it. The profiles' endpoints are
  /// served on every listener without a handler.
  Server(Settings settings, std::vector<ListenerSettings> listeners, turns::Services services);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Checks certificates, binds, and runs the workers; whoever connects is refused. The failure is one sentence for the
  /// operator; nothing runs then.
  Result<void> start();
  /// Takes the rules of `started`, and waits until they are over. The failure names the rule that failed.
  Result<void> take_started();
  /// Begins to accept.
  Result<void> open();
  /// What a listener was bound to; 0 for an unknown name. Valid after start().
  std::uint16_t port(std::string_view listener) const;

  /// Copies all counters and calls `done` with them, on a worker's thread. Callable from any thread while it runs.
  void collect(std::function<void(Collected)> done);

  /// Stops accepting, says goodbye with `code` to every session, spread over `window`, and returns when all are done,
  /// at the latest after `hard_cap`, when the rest is abandoned: what that was, or nothing when a worker does not even
  /// say that. Then stop() may not return.
  std::optional<session::Abandoned> drain(Millis window, Millis hard_cap, std::uint16_t code = 1001);
  /// Cuts what is left and joins the threads. Idempotent.
  void stop();

 private:
  void post(WorkerIndex worker, Task task);

  std::vector<std::uint16_t> ports_;
  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<net::Acceptor> acceptor_;
  bool running_ = false;
  bool is_open_ = false;
};

}  // namespace polygate::server
