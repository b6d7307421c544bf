#pragma once
#include <string>
#include <vector>

#include "gateway/profile/check_context.h"

namespace polygate::profile {

/// Holds one rule of `event` (empty for opened and closed) against schemas, plugins, verifiers and paths, and fills in
/// its schemas.
void check_rule(CheckContext& context, Rule& rule, const std::string& event);

/// `otherwise` of a profile or of a rule (then with its event).
void check_otherwise(CheckContext& context, std::vector<Otherwise>& entries, const CheckScope& scope,
                     const std::string& event);

}  // namespace polygate::profile
