#pragma once
#include <cstdint>
#include <span>

#include "gateway/base/ids.h"
#include "gateway/plugin/random.h"

namespace polygate {

/// The kernel's.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) const override { random_bytes(out); }
};

}  // namespace polygate
