#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/app/deployment.h"
#include "gateway/session/meter.h"
#include "tests/talks/message.h"

namespace polygate::talks {

/// A profile that a talk brings along. Without one, the deployment is the shipped one of gateway.yaml.
struct Setting {
  std::string profile;  ///< YAML
  std::string schema;   ///< JSON; empty: the profile has none
  std::string gateway;  ///< YAML: further keys of the deployment
};

/// Carries a conversation to a gateway: in process, or over sockets. Clients have names; where Engine.IO is spoken,
/// they have shaken hands and are in no namespace of Socket.IO yet.
class Driver {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  virtual ~Driver() = default;
  virtual app::Deployment& deployment() = 0;
  virtual double unix_seconds() const = 0;
  /// The HTTP status of the handshake: 101 when the connection was opened. `polling`: not by WebSocket.
  virtual int connect(const std::string& who, const std::string& target, const Headers& headers, bool polling) = 0;
  /// A client has connected, also to a namespace. That alone does not say that it is on its built-in topics already,
  /// where answers are late: waits until it is.
  virtual void connected() {}
  /// All messages in one write, and the end of the connection right behind them.
  virtual void say(const std::string& who, const std::vector<Message>& messages, End end) = 0;
  virtual Heard hear(const std::string& who) = 0;
  /// What has come and was not heard yet.
  virtual std::vector<Heard> waiting(const std::string& who) = 0;
  /// A client that does not read does not answer signs of life either.
  virtual void reads(const std::string& who, bool does) = 0;
  /// Does the gateway read no more from it, because a session is full? Nothing where that cannot be seen.
  virtual std::optional<bool> held_back(const std::string& who) = 0;
  /// Lets time pass; false where time cannot be turned by hand.
  virtual bool wait(Millis time) = 0;
  /// What the sessions counted; null where that is on other threads.
  virtual const session::Meter* meter() { return nullptr; }
};

/// With the keys and tokens of tests/talks/, on a store in a folder of their own.
std::unique_ptr<Driver> in_process(const Setting& setting = {});
std::unique_ptr<Driver> over_sockets(unsigned workers, const Setting& setting = {});

/// Fails the current test with every diagnostic, and gives nothing, when that does not work.
std::unique_ptr<app::Deployment> load_deployment(const Setting& setting, const Clock& clock, Log& log, unsigned workers,
                                                 const std::filesystem::path& folder);

}  // namespace polygate::talks
