#pragma once
#include <string>

#include "gateway/profile/check_context.h"

namespace polygate::profile {

/// The words for failures: each name is one that can happen, and its text means something there.
void check_failures(CheckContext& context, const CheckScope& where, const Failures& failures);

/// A name that a condition or a claim of `rule` gives its failure: it has words, and is nobody else's.
void check_own_failure(CheckContext& context, const Rule& rule, const OwnFailure& failure);

/// The names that `plugin` declares: none of them is the gateway's own.
void check_declared_failures(CheckContext& context, const std::string& plugin, const Place& place);

}  // namespace polygate::profile
