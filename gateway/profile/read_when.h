#pragma once
#include "gateway/base/yaml.h"
#include "gateway/profile/read_context.h"

namespace polygate::profile {

/// `when: $settings.rejoin` in the mapping of a step: a boolean setting. Where it is false, the step is as if it had
/// not been written; what cannot be read is told, and the step is there.
bool read_when(ReadContext& context, const yaml::Node& step);

}  // namespace polygate::profile
