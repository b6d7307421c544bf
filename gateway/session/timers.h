#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "gateway/base/timer_queue.h"
#include "gateway/session/common.h"
#include "gateway/session/dispatch.h"
#include "gateway/session/paused.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// The rules of `timers`, which the worker takes that starts them. What is due is a round: all rounds of a timer are a
/// whole number of its periods behind its start, and one that cannot be taken then is skipped, and counted.
class Timers {
 public:
  /// Names what is counted, in `common.meter`.
  Timers(Common& common, const Dispatch& dispatch, const Paused& paused, turns::TurnTable& turns);

  /// The first round of each is due when its period is over.
  void start();
  void tick(Instant now);
  /// We are shutting down: none is due any more.
  void stop() { due_ = {}; }
  std::optional<Instant> next_due() const { return due_.next(); }

 private:
  struct One {
    std::uint16_t profile = 0;
    std::size_t index = 0;  ///< Meter::Profile::timers
    const profile::Timer* timer = nullptr;
    Instant due{};
    turns::TurnId turn{};  ///< of its latest round
  };
  void take(One& one);
  void skip(const One& one, Skipped why, std::uint64_t rounds);

  Common& common_;
  const Dispatch& dispatch_;
  const Paused& paused_;
  turns::TurnTable& turns_;
  std::vector<One> all_;
  TimerQueue<std::size_t> due_;  ///< by index
};

}  // namespace polygate::session
