#pragma once
#include "gateway/base/yaml.h"
#include "gateway/profile/read_context.h"

namespace polygate::profile {

/// `endpoints:` a mapping of paths to endpoints, or to lists of endpoints that differ in listener or host.
void read_endpoints(ReadContext& context, const yaml::Node& node);

}  // namespace polygate::profile
