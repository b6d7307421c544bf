#pragma once
#include <cstdint>
#include <ostream>
#include <string_view>

#include "gateway/base/diagnostics.h"

namespace polygate::app {

/// `--format`: for people or for tools.
enum class Output : std::uint8_t { text, json };

/// Every problem, then "2 problems in 1 file; " and `consequence` on a line of its own. As JSON the array alone.
void tell_problems(const Diagnostics& diagnostics, Output output, std::string_view consequence, std::ostream& err);

}  // namespace polygate::app
