#pragma once
#include <set>
#include <vector>

#include "gateway/profile/profile.h"

namespace polygate::profile {

/// Which endpoints lead to which role, through all rules that become it.
class Reach {
 public:
  explicit Reach(const Profile& profile);

  /// Indexes into Profile::endpoints; empty when no session can ever have the role.
  const std::set<std::size_t>& endpoints(RoleIndex role) const { return endpoints_[role]; }
  bool is_reached(RoleIndex role) const { return !endpoints_[role].empty(); }

 private:
  std::vector<std::set<std::size_t>> endpoints_;  // by role
};

}  // namespace polygate::profile
