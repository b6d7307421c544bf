#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/histogram.h"
#include "gateway/plugin/handlers.h"

namespace polygate::app {

/// How long handlers take and how often they throw, by "plugin.handler". Calls end on many threads at once and belong
/// to no worker, so these are the program's only counters that are shared: atomic, and never read to decide anything.
class HandlerMeter {
 public:
  static constexpr std::array<double, 7> kBounds = {1e-3, 2e-3, 5e-3, 1e-2, 1e-1, 1.0, 10.0};  ///< seconds

  struct Counts {
    std::string handler;
    Histogram<kBounds> seconds;
    std::uint64_t slow = 0;
    std::uint64_t slow_writes = 0;
    std::uint64_t faults = 0;
  };

  /// Makes a handler known; before its first call. Calls of others are not counted.
  void know(const std::string& handler);
  /// Thread-safe.
  void count(const HandlerReport& report);
  /// By name. Thread-safe; a call that ends meanwhile may be counted in part.
  std::vector<Counts> read() const;

 private:
  struct Cell {
    std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets{};
    std::atomic<std::uint64_t> millis{0};
    std::atomic<std::uint64_t> slow{0};
    std::atomic<std::uint64_t> slow_writes{0};
    std::atomic<std::uint64_t> faults{0};
  };
  std::map<std::string, std::unique_ptr<Cell>, std::less<>> cells_;
};

}  // namespace polygate::app
