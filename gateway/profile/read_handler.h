#pragma once
#include <optional>
#include <string>

#include "gateway/profile/read_context.h"

namespace polygate::profile {

/// `plugin.name`, or {name, data, with, emits, when}.
std::optional<HandlerStep> read_handler(ReadContext& context, const yaml::Node& node);

/// `plugin.name`, or {name, with, when}. `what` is the key, in ticks.
std::optional<HandlerStep> read_look(ReadContext& context, const yaml::Node& node, const std::string& what);

}  // namespace polygate::profile
