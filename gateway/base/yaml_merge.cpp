#include <algorithm>

#include "gateway/base/yaml.h"

namespace polygate::yaml {

Node Node::merged(const Node& over) const {
  if (!is_map() || !over.is_map()) return over;
  Node result = *this;
  for (const Entry& entry : over.entries_) {
    const auto same = std::find_if(result.entries_.begin(), result.entries_.end(),
                                   [&](const Entry& mine) { return mine.key == entry.key; });
    if (same == result.entries_.end()) {
      result.entries_.push_back(entry);
    } else {
      same->key_place = entry.key_place;
      same->value = same->value.merged(entry.value);
    }
  }
  return result;
}

}  // namespace polygate::yaml
