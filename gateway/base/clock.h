#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>

namespace polygate {

using Millis = std::chrono::milliseconds;
/// A point of monotonic time, in milliseconds since an unspecified start. For timers and rates.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Millis>;

/// The only source of time, so that tests may turn it by hand.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Monotonic: never jumps.
  virtual Instant now() const = 0;
  /// The same, fine enough for measuring: nanoseconds since an unspecified start.
  virtual std::uint64_t nanoseconds() const = 0;
  /// Wall clock, seconds since 1970 UTC with fraction. For tokens and records only.
  virtual double unix_seconds() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override { return std::chrono::time_point_cast<Millis>(std::chrono::steady_clock::now()); }
  std::uint64_t nanoseconds() const override {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
            .count());
  }
  double unix_seconds() const override {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
};

/// A clock for tests: stands still until it is advanced.
class ManualClock final : public Clock {
 public:
  Instant now() const override { return Instant(Millis(now_.load())); }
  std::uint64_t nanoseconds() const override { return static_cast<std::uint64_t>(now_.load()) * 1'000'000; }
  double unix_seconds() const override { return unix_.load(); }
  void advance(Millis by) {
    now_ += by.count();
    unix_ = unix_.load() + std::chrono::duration<double>(by).count();
  }
  void set_unix_seconds(double seconds) { unix_ = seconds; }

 private:
  // Handlers on threads of their own look at the clock that a test turns.
  std::atomic<std::int64_t> now_{1'000'000};
  std::atomic<double> unix_{1'800'000'000};
};

}  // namespace polygate
