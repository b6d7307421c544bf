#include "gateway/routing/rates.h"

#include <algorithm>

namespace polygate {
namespace {

constexpr std::int64_t kNanosecondsPerMilli = 1'000'000;
/// Keys that do not matter any more are given back two at a time, so that they cannot pile up and no call is long.
constexpr int kPerCharge = 2;

}  // namespace

void Rates::forget_first(Table& table) {
  table.by_key.erase(table.uses.front().key);
  table.uses.pop_front();
}

Millis Rates::charge(const Charge& charge, Instant now) {
  Table& table = tables_[charge.table];
  const std::int64_t at = now.time_since_epoch().count() * kNanosecondsPerMilli;
  for (int i = 0; i < kPerCharge && !table.uses.empty() && table.uses.front().full_at <= at; ++i) forget_first(table);
  auto found = table.by_key.find(charge.key);
  if (found == table.by_key.end()) {
    if (table.uses.size() >= charge.most_keys) forget_first(table);
    table.uses.push_back({charge.key, at});
    found = table.by_key.emplace(table.uses.back().key, std::prev(table.uses.end())).first;
  }
  Use& use = *found->second;
  const std::int64_t each = charge.rate.within.count() * kNanosecondsPerMilli / charge.rate.count;
  const std::int64_t full_at = std::max(use.full_at, at) + each;
  const std::int64_t over = full_at - at - each * charge.rate.count;
  if (over > 0) return Millis((over + kNanosecondsPerMilli - 1) / kNanosecondsPerMilli);
  use.full_at = full_at;
  table.uses.splice(table.uses.end(), table.uses, found->second);
  return Millis(0);
}

std::size_t Rates::size() const {
  std::size_t all = 0;
  for (const auto& [name, table] : tables_) all += table.uses.size();
  return all;
}

}  // namespace polygate
