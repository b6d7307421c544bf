#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "gateway/base/histogram.h"
#include "gateway/base/reason.h"
#include "gateway/session/dropped.h"
#include "gateway/session/skipped.h"

namespace polygate::session {

/// One worker's counters. Plain numbers, touched on the worker's thread; read by a copy that the worker itself makes.
struct Meter {
  static constexpr std::size_t kVerdicts = kReasonCount + 1;  ///< each Reason, and "ok" as the last
  static constexpr std::array<double, 8> kTimeBounds = {5e-6, 2e-5, 1e-4, 5e-4, 2e-3, 1e-2, 1e-1, 1.0};  ///< seconds

  struct Profile {
    std::vector<std::string> events;  ///< closed set: the profile's, and "" for unknown ones
    std::vector<std::string> roles;
    std::vector<std::uint64_t> counts;   ///< [event][role][verdict]
    Histogram<kTimeBounds> times;        ///< from an event's arrival until all it did was handed on
    std::uint64_t incoming = 0;          ///< events that came in
    std::uint64_t incoming_checked = 0;  ///< of them: got a verdict (accepted, or refused with a reason)
    std::uint64_t outgoing = 0;          ///< events that we sent, once per send
    std::uint64_t outgoing_checked = 0;  ///< of them: held against their schema
    std::uint64_t outgoing_invalid = 0;  ///< not sent: they broke their own schema
    std::uint64_t results_invalid = 0;   ///< of handlers: not used, they broke their schema
    std::uint64_t delivered = 0;         ///< frames put into outboxes
    std::uint64_t slow_consumers = 0;    ///< cut at their outbox limit
    std::uint64_t rate_limited = 0;
    std::uint64_t sessions = 0;  ///< now open
    std::uint64_t ending = 0;    ///< of them: their connection is over, and what they said is still taken
    std::uint64_t detached = 0;  ///< of them: without a connection, waiting for their client
    std::uint64_t paused = 0;    ///< of them: so much waits for a worker that they sent to that they take no turn
    std::uint64_t resumed = 0;
    std::uint64_t not_resumed = 0;  ///< the client came back, and nobody could tell it what it missed
    std::uint64_t opened = 0;
    std::array<std::uint64_t, kDropped> dropped{};  ///< events that were read and never taken, by Dropped
    std::uint64_t overdue = 0;                      ///< turns whose handler had not answered in time
    struct Timer {
      std::string name;
      std::array<std::uint64_t, kSkipped> skipped{};  ///< rounds, by Skipped
    };
    std::vector<Timer> timers;

    std::uint64_t& count(std::size_t event, std::size_t role, std::size_t verdict) {
      return counts[(event * roles.size() + role) * kVerdicts + verdict];
    }
  };
  std::vector<Profile> profiles;                  ///< in the order of Services::profiles
  std::map<std::uint16_t, std::uint64_t> closes;  ///< by the close code that we sent
};

}  // namespace polygate::session
