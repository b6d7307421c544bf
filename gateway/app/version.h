#pragma once
#include <string_view>

namespace polygate::app {

/// The same as in the project's CMakeLists.txt; a test compares them.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace polygate::app
