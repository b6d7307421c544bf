#pragma once
#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "gateway/plugin/plugin.h"

namespace monitor_relay {

using polygate::Call;
using polygate::Json;
using polygate::Outcome;
using polygate::Settings;

/// Who gets to know what became of a command. Without `pair` in the settings everybody who watches the monitor does,
/// as the original server has it. With `pair: {timeout: 30}` (seconds) only the user who gave the command: a monitor
/// works its commands off one after the other, so the first that is open is the one that is done. A command that is
/// open for longer has failed.
///
/// Called with {step, monitors}; answers {everyone: [monitor], one: [session], late: [session], reason}, of which a
/// rule makes topics.
class Pairing {
 public:
  /// Throws when the settings are not as above.
  explicit Pairing(const Settings& settings);
  Outcome operator()(const Call& call);

 private:
  struct Open {
    std::string session;
    polygate::Instant until;
  };
  Outcome ask(const Call& call, const std::vector<std::string>& monitors);
  Json ended(const std::vector<std::string>& monitors);
  Json gone(const std::vector<std::string>& monitors);
  Json late(polygate::Instant now);

  const polygate::Clock* clock_;
  bool pairs_ = false;
  polygate::Millis timeout_{0};
  std::map<std::string, std::deque<Open>> open_;  ///< by monitor, the oldest first
};

}  // namespace monitor_relay
