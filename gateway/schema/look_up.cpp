#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "gateway/schema/collector.h"
#include "gateway/schema/equality.h"
#include "gateway/schema/evaluation.h"
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
bool descend(const Level& level, const std::string& name, std::vector<const Node*>& below) {
  bool known = false;
  const auto found = [&](const Node* node) {
    if (node == nullptr || node->never) return;
    known = true;
    below.push_back(node);
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

/// Of those that say what a value counts as that is not there, the nearest ones; what stands beside a reference is
/// nearer than what it leads to.
void add_defaults(std::vector<const Node*>& found, const Node* node, Level& seen) {
  if (node == nullptr || !seen.insert(node).second) return;
  if (node->fallback) {
    found.push_back(node);
  } else if (node->value != nullptr) {
    for (const auto* list : {&node->value->all, &node->value->any, &node->value->one}) {
      for (const Node* each : *list) add_defaults(found, each, seen);
    }
  }
}

/// Null where no schema says so, or two say different things.
const Node* with_default(const std::vector<const Node*>& direct) {
  std::vector<const Node*> found;
  Level seen;
  for (const Node* node : direct) add_defaults(found, node, seen);
  const auto differs = [&](const Node* node) { return !equal(*node->fallback, *found.front()->fallback); };
  return found.empty() || std::any_of(found.begin(), found.end(), differs) ? nullptr : found.front();
}

/// The schemas of the item number `name`, or of any item for `*`.
bool descend_items(const Level& level, const std::string& name, std::vector<const Node*>& below) {
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
    below.push_back(index < prefix.size() ? prefix[index] : node->array->rest);
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
  std::optional<json::View> fallback;
  for (std::size_t i = 0; i < path.size(); ++i) {
    names.declared = declared_names(level);
    if (fallback) fallback = json::find(*fallback, path[i]);
    std::vector<const Node*> direct;
    if (!descend(level, path[i], direct) && !descend_items(level, path[i], direct)) {
      names.known = says_nothing_of_names(level);
      for (std::size_t rest = i + 1; fallback && rest < path.size(); ++rest) {
        fallback = json::find(*fallback, path[rest]);
      }
      break;
    }
    if (const Node* node = with_default(direct)) {
      fallback = node->fallback;
      Silence silence;
      names.fits = Evaluation<Silence>(*program_, silence).run(*node, *fallback);
    }
    level.clear();
    for (const Node* node : direct) add(level, node);
    if (level.empty()) break;  // declared, and nothing more is said of it
  }
  if (fallback && names.known) names.fallback = json::to_json(*fallback);
  return names;
}

}  // namespace polygate::schema
