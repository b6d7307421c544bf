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

/// The rules of `every`, which the worker takes that starts them.
class TimedRules {
 public:
  TimedRules(Common& common, const Dispatch& dispatch, const Paused& paused, turns::TurnTable& turns);

  /// Each is due when its interval is over.
  void start();
  void tick(Instant now);
  void stop() { due_ = {}; }
  std::optional<Instant> next_due() const { return due_.next(); }

 private:
  struct One {
    std::uint16_t profile = 0;
    const profile::Rule* rule = nullptr;
    turns::TurnId turn;  ///< its latest
  };
  void take(std::size_t at);

  Common& common_;
  const Dispatch& dispatch_;
  const Paused& paused_;
  turns::TurnTable& turns_;
  std::vector<One> all_;
  TimerQueue<std::size_t> due_;  ///< by index
};

}  // namespace polygate::session
