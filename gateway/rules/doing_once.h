#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "gateway/base/result.h"
#include "gateway/rules/scope.h"

namespace polygate::rules {

/// What names a thing that is done once, in the words of its rule; nothing where a path of it is absent. `invalid` when
/// it is too long, or cannot be kept as a text.
Result<std::optional<std::string>> once_key(const profile::OnceStep& once, Scope& scope);

/// Of all that the event holds: tells whether it is the same. Who looks for other data with the same hash deceives
/// nobody else, because keys are a user's own.
std::uint64_t hash_of(const profile::Profile& profile, const dialect::Event& message);

}  // namespace polygate::rules
