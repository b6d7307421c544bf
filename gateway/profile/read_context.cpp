#include "gateway/profile/read_context.h"

#include <set>
#include <tuple>

namespace polygate::profile {
bool refuse_braces(ReadContext& context, const yaml::Node& node) {
  if (node.entries().size() != 1 || !node.entries()[0].value.is_null()) return false;
  const yaml::Node::Entry& only = node.entries()[0];
  const std::string_view key = only.key;
  if (!root_named(key.substr(0, key.find('.')))) return false;
  context.problem(only.key_place, "`{" + only.key + "}` is a YAML mapping with one empty field, not a path",
                  "did you mean `$" + only.key + "`?");
  return true;
}

void mismatch(ReadContext& context, const yaml::Node& node, std::string_view what, std::string_view expected) {
  if (refuse_braces(context, node)) return;
  context.problem(node.place(),
                  std::string(what) + " is " + std::string(expected) + ", this is " + std::string(node.kind_name()));
}

bool expect_map(ReadContext& context, const yaml::Node& node, std::string_view what,
                const std::vector<std::string>& known, const std::vector<std::string>& told) {
  if (!node.is_map()) {
    mismatch(context, node, what, "a mapping");
    return false;
  }
  if (refuse_braces(context, node)) return false;
  yaml::refuse_unknown_keys(node, known, what, context.diagnostics, told);
  return true;
}

const yaml::Node* expect_key(ReadContext& context, const yaml::Node& map, const std::string& key, const Place& place,
                             std::string_view what) {
  const yaml::Node* found = map.find(key);
  if (found == nullptr) context.problem(place, std::string(what) + " needs `" + key + "`");
  return found;
}

void add_once(const Diagnostics& found, Diagnostics& into) {
  std::set<std::tuple<int, int, std::string>> seen;
  for (const Diagnostic& item : found.items()) {
    if (seen.emplace(item.place.line, item.place.column, item.message).second) {
      into.add(item.place, item.message, item.hint);
    }
  }
}

}  // namespace polygate::profile
