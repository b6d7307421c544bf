#pragma once
#include "gateway/profile/check_context.h"
#include "gateway/profile/emits.h"

namespace polygate::profile {

/// What a handler may send: does each event have a definition, and can somebody be on topics of each family?
void check_emits(CheckContext& context, const Emits& emits);

}  // namespace polygate::profile
