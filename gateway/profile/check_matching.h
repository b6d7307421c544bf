#pragma once
#include <string>
#include <vector>

#include "gateway/profile/check_context.h"

namespace polygate::profile {

/// Holds `matching` of the rules of one event against the definitions, fills in its schemas, and tells which rules are
/// never reached, because the ones before them take all that they could.
void check_choice(CheckContext& context, std::vector<Rule>& rules, const std::string& event);

}  // namespace polygate::profile
