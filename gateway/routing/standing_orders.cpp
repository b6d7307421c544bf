#include "gateway/routing/standing_orders.h"

#include <algorithm>

namespace polygate {

void StandingOrders::end_first() {
  const auto first = ends_.begin();
  const auto at = topics_.find(first->second);
  std::erase_if(at->second, [&](const Standing& one) { return one.end == first->first; });
  if (at->second.empty()) topics_.erase(at);
  ends_.erase(first);
}

void StandingOrders::let_go(Instant now) {
  while (!ends_.empty() && ends_.begin()->first.first <= now) end_first();
}

void StandingOrders::put(const std::string& topic, OrderPtr order, Instant now) {
  let_go(now);
  std::vector<Standing>& standing = topics_[topic];
  const auto same =
      std::find_if(standing.begin(), standing.end(), [&](const Standing& one) { return one.order->repeats(*order); });
  if (same != standing.end()) {
    ends_.erase(same->end);
    standing.erase(same);
  }
  const End end{now + order->stays, order->number};
  ends_.emplace(end, topic);
  standing.push_back({end, std::move(order)});
  if (ends_.size() > most_) end_first();
}

std::vector<OrderPtr> StandingOrders::of(const std::string& topic, Instant now) {
  std::vector<OrderPtr> orders;
  if (ends_.empty()) return orders;
  let_go(now);
  const auto at = topics_.find(topic);
  if (at == topics_.end()) return orders;
  for (const Standing& one : at->second) orders.push_back(one.order);
  return orders;
}

}  // namespace polygate
