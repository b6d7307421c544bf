#include "gateway/profile/check_reach.h"

#include <optional>
#include <vector>

namespace polygate::profile {
namespace {

/// The roles that verifiers give to their users.
std::vector<RoleIndex> named_by(const std::optional<AuthenticateStep>& step) {
  std::vector<RoleIndex> roles;
  if (!step) return roles;
  for (const Judge& judge : step->judges) roles.insert(roles.end(), judge.roles.begin(), judge.roles.end());
  return roles;
}

}  // namespace

Reach::Reach(const Profile& profile) : endpoints_(profile.roles.size()) {
  for (std::size_t i = 0; i < profile.endpoints.size(); ++i) {
    const RoleIndex role = profile.endpoints[i].role;
    if (role < endpoints_.size()) endpoints_[role].insert(i);
    for (const auto& [name, starts_as] : profile.endpoints[i].namespaces) {
      if (starts_as < endpoints_.size()) endpoints_[starts_as].insert(i);
    }
    for (const RoleIndex named : named_by(profile.endpoints[i].authenticate)) endpoints_[named].insert(i);
  }
  bool grew = true;
  const auto follow = [&](const std::vector<Rule>& rules) {
    for (const Rule& rule : rules) {
      std::vector<RoleIndex> next = named_by(rule.authenticate);
      if (rule.become) next.push_back(*rule.become);
      for (const RoleIndex becomes : next) {
        std::set<std::size_t>& into = endpoints_[becomes];
        const std::size_t before = into.size();
        for (const RoleIndex role : rule.from) {
          const std::set<std::size_t> from = endpoints_[role];
          into.insert(from.begin(), from.end());
        }
        grew = grew || into.size() > before;
      }
    }
  };
  while (grew) {
    grew = false;
    for (const auto& [event, rules] : profile.events) follow(rules);
    follow(profile.opened);
  }
}

}  // namespace polygate::profile
