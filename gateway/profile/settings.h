#pragma once
#include <string>
#include <string_view>

#include "gateway/base/json.h"
#include "gateway/profile/template.h"

namespace polygate::profile {

/// What a `$settings` path names; `value` is null where nothing is there, and `hint` then may know what was meant.
struct Setting {
  const Json* value = nullptr;
  std::string hint;
};

/// `settings` outlives what is found.
Setting find_setting(const Json& settings, const Path& path);

/// "a list", "a string": what kind of value it is, in messages.
std::string_view kind_of(const Json& setting);

}  // namespace polygate::profile
