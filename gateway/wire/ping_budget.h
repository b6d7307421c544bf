#pragma once
#include <cstddef>
#include <cstdint>

#include "gateway/base/clock.h"

namespace polygate::wire {

/// What to do with one connection's pings. Every ping within the budget is answered; only when pongs pile up unread
/// may the newest replace the one that waits (RFC 6455 section 5.5.3). Owned by the connection.
class PingBudget {
 public:
  enum class Verdict : std::uint8_t {
    answer,    ///< queue a pong
    coalesce,  ///< let this pong take the place of the last one that waits
    flood,     ///< close with 1008
  };

  static constexpr std::uint32_t kPingsPerSecond = 100;
  static constexpr std::size_t kWaitingPongs = 64;

  /// `waiting`: pongs that are queued and not yet written.
  Verdict ping(Instant now, std::size_t waiting) {
    if (pings_ == 0 || now - second_ >= Millis(1000)) {
      second_ = now;
      pings_ = 0;
    }
    if (++pings_ > kPingsPerSecond) return Verdict::flood;
    return waiting > kWaitingPongs ? Verdict::coalesce : Verdict::answer;
  }

 private:
  Instant second_{};         ///< when the present second began: with its first ping
  std::uint32_t pings_ = 0;  ///< in it, this one counted
};

}  // namespace polygate::wire
