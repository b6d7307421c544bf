#pragma once
#include "gateway/base/yaml.h"
#include "gateway/profile/read_context.h"

namespace polygate::profile {

/// `limits:` what this profile's sessions and topics may cost, at most what the deployment allows. What it does not
/// name is the smaller of the default and the deployment's. `node` is null for a profile without the key.
void read_limits(ReadContext& context, const yaml::Node* node, const Caps& caps);

}  // namespace polygate::profile
