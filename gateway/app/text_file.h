#pragma once
#include <string>

#include "gateway/base/result.h"

namespace polygate::app {

/// All bytes of the file at `path`. The failure names it and says why.
Result<std::string> read_text_file(const std::string& path);

}  // namespace polygate::app
