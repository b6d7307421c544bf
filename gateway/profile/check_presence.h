#pragma once
#include "gateway/profile/check_context.h"

namespace polygate::profile {

/// Whether each family of `presence` is one that somebody can be on, and its rules.
void check_presence(CheckContext& context);

}  // namespace polygate::profile
