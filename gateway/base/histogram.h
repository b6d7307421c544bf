#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

namespace polygate {

/// The bucket that `value` counts in: of the first bound that is not below it, else the one behind all of them.
inline std::size_t bucket_of(std::span<const double> bounds, double value) {
  return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin());
}

/// How values are spread over `kBounds`, a constexpr array in rising order. A plain value: its owner's thread adds to
/// it, others read a copy.
template <const auto& kBounds>
struct Histogram {
  std::array<std::uint64_t, std::size(kBounds) + 1> counts{};  ///< by bucket; what lies above all bounds is the last
  double sum = 0;

  void add(double value) {
    ++counts[bucket_of(kBounds, value)];
    sum += value;
  }
  Histogram& operator+=(const Histogram& other) {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    sum += other.sum;
    return *this;
  }
};

}  // namespace polygate
