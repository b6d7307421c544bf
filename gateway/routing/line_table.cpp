#include "gateway/routing/line_table.h"

#include <algorithm>
#include <utility>

namespace polygate {

LineTable::Place LineTable::line_up(const InLine& who, std::size_t most, Done<bool>& its_turn) {
  std::list<One>& line = lines_[who.line];
  if (line.empty()) {
    line.push_back({who.worker, who.turn});
    return Place::first;
  }
  if (line.size() > most) return Place::none;
  line.push_back({who.worker, who.turn, std::move(its_turn)});
  return Place::behind;
}

std::optional<LineTable::Next> LineTable::step_out(const InLine& who) {
  const auto at = lines_.find(who.line);
  if (at == lines_.end()) return std::nullopt;
  std::list<One>& line = at->second;
  const auto its = std::find_if(line.begin(), line.end(), [&](const One& one) { return one.is(who); });
  if (its == line.end()) return std::nullopt;
  const bool was_first = its == line.begin();
  line.erase(its);
  if (!was_first) return std::nullopt;
  if (line.empty()) {
    lines_.erase(at);
    return std::nullopt;
  }
  One& first = line.front();
  return Next{first.worker, std::move(first.its_turn)};
}

}  // namespace polygate
