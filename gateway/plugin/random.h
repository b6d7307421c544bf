#pragma once
#include <cstdint>
#include <span>

namespace polygate {

/// Where a plugin's randomness comes from, so that tests can say what it is. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  /// Fills `out` with bytes that nobody can guess.
  virtual void fill(std::span<std::uint8_t> out) const = 0;
};

}  // namespace polygate
