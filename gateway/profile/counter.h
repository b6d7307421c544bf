#pragma once
#include <atomic>
#include <cstdint>

namespace polygate::profile {

/// `$next.name`: 1, 2, and so on, for all workers. Part of a Profile, and the only one that changes; begins anew with
/// the process. Thread-safe.
class Counter {
 public:
  std::uint64_t next() { return last_.fetch_add(1, std::memory_order_relaxed) + 1; }

 private:
  std::atomic<std::uint64_t> last_{0};
};

}  // namespace polygate::profile
