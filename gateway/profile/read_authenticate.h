#pragma once
#include <optional>

#include "gateway/profile/read_context.h"

namespace polygate::profile {

/// `authenticate` of a rule or of an endpoint.
std::optional<AuthenticateStep> read_authenticate(ReadContext& context, const yaml::Node& node);

}  // namespace polygate::profile
