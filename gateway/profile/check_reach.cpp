#include "gateway/profile/check_reach.h"

namespace polygate::profile {

Reach::Reach(const Profile& profile) : endpoints_(profile.roles.size()) {
  for (std::size_t i = 0; i < profile.endpoints.size(); ++i) {
    const RoleIndex role = profile.endpoints[i].role;
    if (role < endpoints_.size()) endpoints_[role].insert(i);
    for (const auto& [name, starts_as] : profile.endpoints[i].namespaces) {
      if (starts_as < endpoints_.size()) endpoints_[starts_as].insert(i);
    }
  }
  bool grew = true;
  const auto follow = [&](const std::vector<Rule>& rules) {
    for (const Rule& rule : rules) {
      if (!rule.become) continue;
      std::set<std::size_t>& into = endpoints_[*rule.become];
      const std::size_t before = into.size();
      for (const RoleIndex role : rule.from) {
        const std::set<std::size_t> from = endpoints_[role];
        into.insert(from.begin(), from.end());
      }
      grew = grew || into.size() > before;
    }
  };
  while (grew) {
    grew = false;
    for (const auto& [event, rules] : profile.events) follow(rules);
    follow(profile.opened);
  }
}

}  // namespace polygate::profile
