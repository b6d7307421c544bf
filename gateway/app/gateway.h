#pragma once
#include <memory>
#include <string>
#include <vector>

#include "gateway/app/admin.h"
#include "gateway/app/deployment.h"
#include "gateway/app/handler_meter.h"
#include "gateway/server/server.h"

namespace polygate::app {

/// A deployment that serves: listeners, workers, handlers, the admin listener. Made, started, opened, drained and ended
/// on the main thread; its end stops everything.
class Gateway {
 public:
  struct Listening {
    std::string name;
    std::string url;  ///< ws://127.0.0.1:8080
  };

  /// Null when the configuration has problems; all of them are in `diagnostics`. `clock` and `log` outlive the gateway.
  static std::unique_ptr<Gateway> load(Config config, const Clock& clock, Log& log, Diagnostics& diagnostics);
  ~Gateway();

  /// Binds the listeners, and runs all that serves. A failure is one sentence; its reason is `invalid` when the
  /// configuration is to blame.
  Result<void> start();
  /// Takes the rules of `started`, and waits for them. A failure as of start().
  Result<void> take_started();
  /// Opens the listeners. A failure as of start().
  Result<void> open();
  /// The profiles' listeners, then the admin one. After start(); they listen after open().
  std::vector<Listening> listening() const;
  /// Says goodbye to every session over the configured window. False when the cap was over first and the rest was
  /// abandoned: threads may be busy with it for ever, so the process ends without this object's end.
  bool drain();

 private:
  explicit Gateway(Log& log) : log_(log) {}
  void report(const HandlerReport& report);
  void make_server();

  Log& log_;
  unsigned workers_ = 1;
  HandlerMeter handler_meter_;
  std::unique_ptr<Deployment> deployment_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<server::Server> server_;
};

}  // namespace polygate::app
