#pragma once
#include <compare>
#include <cstdint>

namespace polygate {

/// A moment in the life of a topic. Positions grow; nothing else can be told from one but its epoch: between two of
/// different epochs there may be a gap.
struct Position {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

/// Names one gain of a claim. Grows from gain to gain of a topic, also beyond the life of the process; 0 = none.
using Fence = std::uint64_t;

}  // namespace polygate
