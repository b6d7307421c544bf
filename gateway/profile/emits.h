#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/diagnostics.h"

namespace polygate::profile {

/// What a handler may send by itself: each of these events to topics of each of these families.
struct Emits {
  struct Name {
    std::string text;
    Place place;
  };
  std::vector<Name> events;
  std::vector<Name> families;  ///< written with a slash at the end
  Place place;

  static bool has(const std::vector<Name>& names, std::string_view text) {
    return std::any_of(names.begin(), names.end(), [&](const Name& name) { return name.text == text; });
  }
};

}  // namespace polygate::profile
