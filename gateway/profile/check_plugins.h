#pragma once
#include "gateway/profile/check_context.h"

namespace polygate::profile {

/// The plugins of a profile: each is loaded, none takes a name of the gateway's, and `settings` are what they declare,
/// each mistake at its place in the file. After the rules, which read settings too.
void check_plugins(CheckContext& context);

}  // namespace polygate::profile
