#pragma once
#include <algorithm>

#include "gateway/base/clock.h"

namespace polygate::session {

/// Events per second with a burst. 16 bytes, because every session has one.
class TokenBucket {
 public:
  /// `rate` per second; 0 = no limit.
  bool take(double rate, double burst, Instant now) {
    if (rate <= 0) return true;
    const auto passed = static_cast<float>((now - at_).count()) / 1000.0F;
    left_ = fresh_ ? static_cast<float>(burst)
                   : std::min(static_cast<float>(burst), left_ + passed * static_cast<float>(rate));
    fresh_ = false;
    at_ = now;
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  Instant at_{};
  float left_ = 0;
  bool fresh_ = true;
};

}  // namespace polygate::session
