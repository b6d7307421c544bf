#include "gateway/rules/choice.h"

#include <string>
#include <utility>

namespace polygate::rules {

Failure mismatch(const std::string& what, const std::vector<schema::Error>& errors) {
  if (errors.empty()) return {Reason::invalid, "the " + what + " does not match its schema"};
  const schema::Error& first = errors.front();
  std::string text = first.instance.empty() ? what : what + first.instance;
  text += ": " + first.message;
  if (errors.size() > 1) text += " (and " + std::to_string(errors.size() - 1) + " more)";
  return {Reason::invalid, std::move(text), first.schema.substr(first.schema.rfind('/') + 1)};
}

const profile::Rule* choose(const profile::Profile& profile, const std::vector<profile::Rule>& rules,
                            profile::RoleIndex role, const dialect::Event& message, std::optional<Failure>& failure) {
  if (const profile::Rule* rule = profile::rule_for(rules, role, message.data)) return rule;
  const profile::Rule* first = profile::rule_for(rules, role);
  if (first == nullptr) {
    failure = Failure{Reason::forbidden,
                      "event \"" + std::string(message.name) + "\" is not for role " + profile.role_name(role)};
  } else if (first->schema && !first->schema->valid(message.data)) {
    failure = mismatch("data", first->schema->errors(message.data, 4));
  } else {
    failure = Failure{Reason::invalid, "the data matches no rule of event \"" + std::string(message.name) +
                                           "\" for role " + profile.role_name(role)};
  }
  return nullptr;
}

}  // namespace polygate::rules
