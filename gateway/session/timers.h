#pragma once
#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/routing/ids.h"

namespace polygate::session {

enum class TimerKind : std::uint8_t {
  role_deadline,  ///< still in the role that it started with
  token_expiry,   ///< its identity's token is over
  probe,          ///< the owner of a claim did not answer
  handler,        ///< a handler did not answer
  detached,       ///< its client did not come back; `ticket` is the number of the loss
  timed_rule,     ///< `ticket` is the rule's index in its profile
};

struct Timer {
  Instant due;
  TimerKind kind = TimerKind::role_deadline;
  SessionId session;
  std::uint32_t ticket = 0;
};

/// What one worker waits for, nearest first. Entries are never taken out early: whoever gets one looks whether it still
/// means anything.
class Timers {
 public:
  void add(Timer timer) { queue_.push(timer); }
  std::optional<Instant> next() const { return queue_.empty() ? std::nullopt : std::optional(queue_.top().due); }
  std::optional<Timer> take_due(Instant now) {
    if (queue_.empty() || queue_.top().due > now) return std::nullopt;
    const Timer timer = queue_.top();
    queue_.pop();
    return timer;
  }

 private:
  struct Later {
    bool operator()(const Timer& a, const Timer& b) const { return a.due > b.due; }
  };
  std::priority_queue<Timer, std::vector<Timer>, Later> queue_;
};

}  // namespace polygate::session
