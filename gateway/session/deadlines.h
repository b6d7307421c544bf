#pragma once
#include <cstdint>
#include <optional>

#include "gateway/base/timer_queue.h"
#include "gateway/routing/ids.h"

namespace polygate::session {

class Session;

/// What has to be looked at when a session has had so much time.
enum class Deadline : std::uint8_t {
  role,      ///< still in the role that it started with
  token,     ///< its identity's token is over
  detached,  ///< its client did not come back
  finish,    ///< what was read before its end was not taken in time
};

struct Timer {
  Deadline deadline = Deadline::role;
  SessionId session;
};

/// The deadlines of one worker's sessions: of a session one of each kind, and one of the last two, which end it.
class Deadlines {
 public:
  explicit Deadlines(const Clock& clock) : clock_(clock) {}

  /// Instead of the one before.
  void set(Session& session, Deadline deadline, Millis in);
  void clear(Session& session, Deadline deadline);
  void clear(Session& session);

  std::optional<Timer> take_due(Instant now) { return timers_.take_due(now); }
  std::optional<Instant> next() const { return timers_.next(); }

 private:
  const Clock& clock_;
  TimerQueue<Timer> timers_;
};

}  // namespace polygate::session
