#pragma once
#include "gateway/profile/check_context.h"

namespace polygate::profile {

/// Listeners, verifiers and paths of a profile's endpoints, and endpoints that would match the same request.
void check_endpoints(CheckContext& context);

}  // namespace polygate::profile
