#pragma once
#include "gateway/base/result.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/exchange.h"
#include "gateway/rules/scope.h"

namespace polygate::rules {

/// Appends what `step` tells those on its topics to do: one order for each topic. Fails with `invalid` where a name
/// cannot be one; nothing is appended then.
Result<void> append_orders(const profile::OthersStep& step, Scope& scope, Exchange::Batch& out);

}  // namespace polygate::rules
