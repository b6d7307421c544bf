#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "gateway/base/clock.h"

namespace polygate::net {

/// A coarse timer wheel for one worker: each connection waits for at most one thing, which takes eight bytes here.
/// Entries are never taken out early: whoever is called looks whether its deadline has moved, and arms anew.
class Deadlines {
 public:
  static constexpr Millis kTick{50};

  explicit Deadlines(Instant start) : start_(start), slots_(kSlots) {}

  /// Calls take()'s visitor with `index` at `due`, or earlier when that is far away. Returns the entry's tick.
  std::uint32_t arm(std::uint32_t index, Instant due) {
    const std::uint32_t tick = std::clamp(tick_of(due), now_ + 1, now_ + kSlots - 1);
    slots_[tick % kSlots].push_back({index, tick});
    return tick;
  }
  /// The tick in which `due` has passed: rounded up.
  std::uint32_t tick_of(Instant due) const {
    if (due == Instant::max()) return UINT32_MAX;
    const auto ticks = (due - start_ + kTick - Millis(1)) / kTick;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(ticks, 0, UINT32_MAX));
  }

  /// Visits (index, tick) of everything armed up to `now`.
  template <class Visit>
  void take(Instant now, Visit visit) {
    const auto until = static_cast<std::uint32_t>((now - start_) / kTick);
    while (now_ < until) {
      ++now_;
      for (const Entry& entry : std::exchange(slots_[now_ % kSlots], {})) visit(entry.index, entry.tick);
    }
  }

 private:
  static constexpr std::uint32_t kSlots = 1'024;  // times kTick: 51 s ahead
  struct Entry {
    std::uint32_t index;
    std::uint32_t tick;
  };
  Instant start_;
  std::uint32_t now_ = 0;
  std::vector<std::vector<Entry>> slots_;
};

}  // namespace polygate::net
