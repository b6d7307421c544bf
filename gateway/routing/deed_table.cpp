#include "gateway/routing/deed_table.h"

#include <iterator>
#include <utility>

namespace polygate {

void DeedTable::forget(Table& table, std::list<Done>::iterator one) {
  table.bytes -= one->weight();
  table.by_key.erase(one->key);
  table.done.erase(one);
}

DeedTable::Found DeedTable::begin(const Deed& deed, Instant now) {
  Table& table = tables_[deed.table];
  const auto its = table.by_key.find(deed.key);
  if (its != table.by_key.end() && its->second->until > now) {
    const Done& done = *its->second;
    return done.data == deed.data ? Found{State::done, done.result} : Found{State::different};
  }
  const auto [at, is_new] = table.under_way.emplace(deed.key, deed.data);
  if (is_new) return {State::begun};
  return {at->second == deed.data ? State::under_way : State::different};
}

void DeedTable::end(const Deed& deed, DeedResult result, Instant now) {
  Table& table = tables_[deed.table];
  table.under_way.erase(deed.key);
  if (const auto its = table.by_key.find(deed.key); its != table.by_key.end()) forget(table, its->second);
  if (!result) return;
  table.done.push_back({deed.key, deed.data, now + deed.within, std::move(result)});
  const auto last = std::prev(table.done.end());
  table.by_key.emplace(last->key, last);
  table.bytes += last->weight();
  while (!table.done.empty() && (table.bytes > deed.most_bytes || table.done.front().until <= now)) {
    forget(table, table.done.begin());
  }
}

std::size_t DeedTable::bytes(std::string_view table) const {
  const auto at = tables_.find(table);
  return at == tables_.end() ? 0 : at->second.bytes;
}

}  // namespace polygate
