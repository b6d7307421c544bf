#pragma once
#include <string_view>
#include <vector>

#include "gateway/base/json.h"
#include "gateway/dialect/dialect.h"
#include "gateway/profile/profile.h"
#include "gateway/schema/schema.h"

namespace polygate::rules {

inline constexpr std::size_t kMostProblems = 16;

/// What the definition of `event` finds wrong with what came, for machines: a list of {field, pointer, path, keyword,
/// expected, message}, the first one first and no more than kMostProblems. `field` is the last name of `path`, absent
/// where the data as a whole is meant; `expected` is absent where the keyword does not say. Empty where nothing is
/// wrong.
Json problems_of(const profile::Profile& profile, std::string_view event, const dialect::Event& message);
/// The same of what some other schema found.
Json problems_of(const std::vector<schema::Error>& errors);

}  // namespace polygate::rules
