#include "gateway/profile/profile.h"

#include <algorithm>

namespace polygate::profile {
namespace {

template <class T>
bool contains(const std::vector<T>& list, T item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

bool Otherwise::is_for(RoleIndex role) const {
  return from.empty() || contains(from, role);
}

bool Otherwise::answers(RoleIndex role, Reason reason) const {
  return is_for(role) && (on.empty() || contains(on, reason));
}

bool Rule::takes(RoleIndex role) const {
  return contains(from, role);
}

const Rule* rule_for(std::span<const Rule> rules, RoleIndex role) {
  const auto found = std::find_if(rules.begin(), rules.end(), [role](const Rule& rule) { return rule.takes(role); });
  return found == rules.end() ? nullptr : &*found;
}

const Rule* rule_for(std::span<const Rule> rules, RoleIndex role, json::View data) {
  for (const Rule& rule : rules) {
    if (rule.takes(role) && (!rule.matching || rule.matching->takes(data))) return &rule;
  }
  return nullptr;
}

}  // namespace polygate::profile
