#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "gateway/schema/program.h"
#include "gateway/schema/schema.h"

namespace polygate::schema {
namespace {

/// All schemas that can apply to the same value as those given.
using Level = std::set<const Node*>;

void add(Level& level, const Node* node) {
  if (node == nullptr || !level.insert(node).second) return;
  if (node->object != nullptr) {
    for (const auto& dependent : node->object->dependent_schemas) add(level, dependent.node);
  }
  if (node->value == nullptr) return;
  const ValueRules& rules = *node->value;
  for (const auto* list : {&rules.all, &rules.any, &rules.one}) {
    for (const Node* each : *list) add(level, each);
  }
  for (const Node* each : {rules.condition, rules.consequence, rules.alternative}) add(level, each);
  if (!rules.dynamic) return;
  add(level, rules.dynamic->otherwise);
  for (const auto& [resource, target] : rules.dynamic->targets) add(level, target);
}

std::vector<std::string> declared_names(const Level& level) {
  std::set<std::string> names;
  for (const Node* node : level) {
    if (node->object != nullptr) names.insert(node->object->names.names().begin(), node->object->names.names().end());
  }
  return {names.begin(), names.end()};
}

/// Nothing at this level says which names there are, and it can be an object.
bool says_nothing_of_names(const Level& level) {
  bool typed = false, object = false;
  for (const Node* node : level) {
    if (node->never) return false;
    if (node->types != kAnyType) {
      typed = true;
      if ((node->types & kObject) != 0) object = true;
    }
    if (node->object != nullptr) {
      const ObjectRules& rules = *node->object;
      if (!rules.names.names().empty() || !rules.patterns.empty()) return false;
      if (rules.additional != nullptr && rules.additional->never) return false;
    }
    const Node* rest = node->value != nullptr ? node->value->unevaluated_properties : nullptr;
    if (rest != nullptr && rest->never) return false;
  }
  return !typed || object;
}

/// The schemas of a member called `name`; false when no schema at this level has heard of it.
bool descend(const Level& level, const std::string& name, Level& below) {
  bool known = false;
  const auto found = [&](const Node* node) {
    if (node == nullptr || node->never) return;
    known = true;
    add(below, node);
  };
  for (const Node* node : level) {
    if (node->object == nullptr) continue;
    const ObjectRules& rules = *node->object;
    bool named = false;
    if (const auto number = rules.names.find(name); number != NameTable::kNone) {
      named = known = true;
      found(rules.properties[number].node);
    }
    for (const auto& [pattern, child] : rules.patterns) {
      if (!pattern->found_in(name)) continue;
      named = true;
      found(child);
    }
    if (!named) found(rules.additional);
  }
  return known;
}

/// The schemas of the item number `name`, or of any item for `*`.
bool descend_items(const Level& level, const std::string& name, Level& below) {
  std::size_t index = ~std::size_t{0};
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (name != "*" && (error != std::errc() || end != name.data() + name.size())) return false;
  bool known = false;
  for (const Node* node : level) {
    if (node->array == nullptr) {
      known = known || (node->types != kAnyType && (node->types & kArray) != 0);
      continue;
    }
    known = true;
    const auto& prefix = node->array->prefix;
    add(below, index < prefix.size() ? prefix[index] : node->array->rest);
  }
  return known;
}

}  // namespace

Schema::Names Schema::look_up(const std::vector<std::string>& path) const {
  Level level;
  add(level, program_->root);
  Names names;
  names.known = true;
  names.declared = declared_names(level);
  for (const std::string& name : path) {
    names.declared = declared_names(level);
    Level below;
    if (!descend(level, name, below) && !descend_items(level, name, below)) {
      names.known = says_nothing_of_names(level);
      return names;
    }
    if (below.empty()) return names;  // declared, and nothing more is said of it
    level = std::move(below);
  }
  return names;
}

}  // namespace polygate::schema
