#pragma once
#include "gateway/base/yaml.h"
#include "gateway/profile/read_context.h"

namespace polygate::profile {

/// `limits:` what this profile's sessions may cost, over the deployment's limits that stand in the profile already.
void read_limits(ReadContext& context, const yaml::Node& node);

}  // namespace polygate::profile
