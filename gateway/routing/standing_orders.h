#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/routing/order.h"

namespace polygate {

/// Orders stay with their topics for a while, for sessions that join by a turn which is in flight when they are given.
/// One that says the same again takes the place of the earlier one; one too many, and those end that would end first.
/// Belongs to an Exchange and lives under its lock.
class StandingOrders {
 public:
  static constexpr std::size_t kMost = 65'536;

  explicit StandingOrders(std::size_t most = kMost) : most_(most) {}

  /// `topic` is a key.
  void put(const std::string& topic, OrderPtr order, Instant now);
  /// Those of the topic, in the order in which they were given; empty for nearly every topic at nearly every time.
  std::vector<OrderPtr> of(const std::string& topic, Instant now);
  bool empty() const { return ends_.empty(); }
  std::size_t size() const { return ends_.size(); }

 private:
  using End = std::pair<Instant, std::uint64_t>;  ///< the order's number makes it unique
  struct Standing {
    End end;
    OrderPtr order;
  };

  void end_first();
  void let_go(Instant now);

  const std::size_t most_;
  std::unordered_map<std::string, std::vector<Standing>> topics_;
  std::map<End, std::string> ends_;  ///< whose order ends then
};

}  // namespace polygate
