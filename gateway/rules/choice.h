#pragma once
#include <optional>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/dialect/dialect.h"
#include "gateway/profile/profile.h"

namespace polygate::rules {

/// Of the rules of one event the one that takes it from that role: the first, by role and `matching`. Null, and why in
/// `failure`, where none does: `forbidden` where none is for the role, else `invalid`.
const profile::Rule* choose(const profile::Profile& profile, const std::vector<profile::Rule>& rules,
                            profile::RoleIndex role, const dialect::Event& message, std::optional<Failure>& failure);

/// What has to be said of data that does not match: called like the keyword that refused first. `what` is "data",
/// "args", or what else came or was said.
Failure mismatch(const std::string& what, const std::vector<schema::Error>& errors);

}  // namespace polygate::rules
