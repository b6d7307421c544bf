#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "gateway/profile/check_context.h"

/// `$data.x` against what the schemas say of the event's data; `$result.x`, `$auth.x` and `$query.x` against theirs.
namespace polygate::profile {

/// Is `name` one of `names`?
inline bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A segment that stands for an item of a list: a number, or `*` for any.
bool is_index(const std::string& segment);

/// Does `definition` declare `segments`? What it says of their absence is the path's `fallback` then. The first
/// `skipped` of them do not stand in `path` itself, but in the `each` that it is an element of.
void check_data(CheckContext& context, const Path& path, const Definitions::Definition& definition,
                const std::vector<std::string>& segments, std::size_t skipped);

/// Does the definition of at least one event declare it?
void check_data_of_any_event(CheckContext& context, const Path& path);

}  // namespace polygate::profile
