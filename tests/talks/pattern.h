#pragma once
#include <map>
#include <string>
#include <string_view>

#include "gateway/base/json.h"
#include "gateway/base/result.h"

namespace polygate::talks {

/// Names and what stands for them: `let`, tokens, and what a pattern took in.
using Names = std::map<std::string, std::string>;

/// Reads JSON with `...` in objects, as `{"a": 1, ...}`: further keys are fine.
Result<Json> read_pattern(std::string_view text);

/// Does `found` match? "*" stands for any value, "abc*" for a beginning; "let X" for any value, which is ${X} from then
/// on.
bool matches(const Json& pattern, const Json& found, Names& names);

}  // namespace polygate::talks
