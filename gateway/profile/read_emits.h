#pragma once
#include "gateway/base/yaml.h"
#include "gateway/profile/emits.h"
#include "gateway/profile/read_context.h"

namespace polygate::profile {

/// `emits` of a handler: a list of events and of families, these with a slash at the end.
Emits read_emits(ReadContext& context, const yaml::Node& node);

}  // namespace polygate::profile
