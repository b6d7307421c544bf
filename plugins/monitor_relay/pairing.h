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
/// Its handlers are called with {monitors}, and name sessions of which a rule makes topics.
class Pairing {
 public:
  explicit Pairing(const Settings& settings);

  /// The sender gives the monitors a command.
  Outcome ask(const Call& call);
  /// The monitors have done one, well or not: {one: [session]}, and the reason that they give.
  Outcome ended(const Call& call);
  /// The monitors are there no longer: {late: [session]}, who waits for one of them.
  Outcome gone(const Call& call);
  /// {late: [session]}, who has waited for too long, for whichever monitor.
  Outcome late(const Call& call);

 private:
  struct Open {
    std::string session;
    polygate::Instant until;
  };

  const polygate::Clock* clock_;
  polygate::Millis timeout_{0};
  std::map<std::string, std::deque<Open>> open_;  ///< by monitor, the oldest first
};

}  // namespace monitor_relay
