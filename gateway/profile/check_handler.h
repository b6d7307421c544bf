#pragma once
#include <cstdint>

#include "gateway/profile/check_context.h"

namespace polygate::profile {

/// What asks a plugin: `handler` a handler, the others a look.
enum class Asking : std::uint8_t { authenticate, look, handler };
void check_handler(CheckContext& context, const CheckScope& scope, const HandlerStep& handler, Asking asking);

}  // namespace polygate::profile
