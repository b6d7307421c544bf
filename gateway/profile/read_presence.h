#pragma once
#include "gateway/base/yaml.h"
#include "gateway/profile/read_context.h"

namespace polygate::profile {

/// `presence: {family: {after, arrived, left}}`, into the profile.
void read_presence(ReadContext& context, const yaml::Node& node);

}  // namespace polygate::profile
