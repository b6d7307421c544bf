#pragma once
#include "gateway/profile/check_context.h"

namespace polygate::profile {

/// `authenticate` of a rule, which it has.
void check_authenticate(CheckContext& context, const CheckScope& scope, const Rule& rule);
/// The same of an endpoint.
void check_authenticate(CheckContext& context, const Endpoint& endpoint);

}  // namespace polygate::profile
