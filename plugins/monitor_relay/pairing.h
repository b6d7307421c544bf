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

/// Who gave the command that a monitor has done: it works its commands off one after the other, so the first that is
/// open is the one. What is open for longer than `settings.pair.timeout` seconds has failed.
///
/// Called with {step, monitors}; answers {one: [session]} of whom a command has ended, {late: [session]} of those whose
/// commands never will, and the reason that the monitor gives. A rule makes topics of them.
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
  polygate::Millis timeout_{0};
  std::map<std::string, std::deque<Open>> open_;  ///< by monitor, the oldest first
};

}  // namespace monitor_relay
