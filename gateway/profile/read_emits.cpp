#include "gateway/profile/read_emits.h"

#include <utility>

#include "gateway/profile/read_value.h"

namespace polygate::profile {

Emits read_emits(ReadContext& context, const yaml::Node& node) {
  Emits emits;
  emits.place = node.place();
  bool is_told = false;
  each_of(node, [&](const yaml::Node& item) {
    auto word = read_word(context, item, "`emits`");
    is_told = is_told || !word;
    if (!word) return;
    const bool is_family = word->ends_with('/');
    if (is_family) word->pop_back();
    std::vector<Emits::Name>& names = is_family ? emits.families : emits.events;
    if (is_family && !is_name(*word)) {
      context.problem(item.place(), "a family is a name and a slash, such as room/, this is `" + item.text() + "`");
      is_told = true;
    } else if (Emits::has(names, *word)) {
      context.problem(item.place(), "`" + item.text() + "` stands there twice");
    } else {
      names.push_back({std::move(*word), item.place()});
    }
  });
  if (!is_told && (emits.events.empty() || emits.families.empty())) {
    context.problem(node.place(),
                    std::string("`emits` names events and the families to whose topics they go: ") +
                        (emits.events.empty() ? "no event" : "no family") + " is there",
                    "write them in one list: [said, room/]");
  }
  return emits;
}

}  // namespace polygate::profile
