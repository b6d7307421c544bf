#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/app/deployment.h"
#include "gateway/session/meter.h"

namespace polygate::talks {

/// What a client hears next.
struct Heard {
  enum class Kind : std::uint8_t { message, closed, nothing };
  Kind kind = Kind::nothing;  ///< nothing: none came within the time that a broken gateway is given
  std::string message;
  std::uint16_t code = 0;  ///< of the close frame; 0 = the connection was lost without one
};

/// Carries a conversation to a gateway: in process, or over sockets.
class Driver {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  virtual ~Driver() = default;
  virtual app::Deployment& deployment() = 0;
  virtual double unix_seconds() const = 0;
  /// The HTTP status of the handshake: 101 when a session was opened.
  virtual int connect(const std::string& who, const std::string& target, const Headers& headers) = 0;
  virtual void say(const std::string& who, const std::string& message) = 0;
  virtual Heard hear(const std::string& who) = 0;
  /// Is nothing waiting for it?
  virtual bool is_silent(const std::string& who) = 0;
  virtual void close(const std::string& who) = 0;
  virtual void drop(const std::string& who) = 0;
  /// Lets time pass; false where time cannot be turned by hand.
  virtual bool wait(Millis time) = 0;
  /// What the sessions counted; null where that is on other threads.
  virtual const session::Meter* meter() { return nullptr; }
};

/// The shipped profiles with the keys and tokens of tests/talks/, on a store in a folder of their own.
std::unique_ptr<Driver> in_process();
std::unique_ptr<Driver> over_sockets(unsigned workers);

/// Loads tests/talks/gateway.yaml; fails the current test with every diagnostic when that does not work.
std::unique_ptr<app::Deployment> load_deployment(const Clock& clock, Log& log, unsigned workers,
                                                 const std::filesystem::path& folder);

}  // namespace polygate::talks
