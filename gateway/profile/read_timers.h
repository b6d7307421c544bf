#pragma once
#include "gateway/base/yaml.h"
#include "gateway/profile/read_context.h"

namespace polygate::profile {

/// `timers: {sweep: {every: 30s, ...}}` of a profile.
void read_timers(ReadContext& context, const yaml::Node& node);
/// What stood there before: it is told how it is written now.
void refuse_every(ReadContext& context, const Place& place);

}  // namespace polygate::profile
