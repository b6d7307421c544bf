#pragma once
#include "gateway/profile/check_context.h"

namespace polygate::profile {

/// Listeners, verifiers and paths of a profile's endpoints, and endpoints that would match the same request.
void check_endpoints(CheckContext& context);

/// When all rules are known: what clients connect with is held against its definition where some rule uses it.
void hold_handshakes(CheckContext& context);

}  // namespace polygate::profile
