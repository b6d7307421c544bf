#pragma once
#include <string>

#include "gateway/base/json.h"

namespace polygate::json {

/// JSON Merge Patch (RFC 7396): what `patch` makes of `target`, which is null where there is nothing yet. Objects are
/// merged member by member, null takes a member away, anything else takes the place of what was there. What stays keeps
/// its bytes and its order; what is new comes behind it.
std::string merged(const Document* target, const Document& patch);

}  // namespace polygate::json
