#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "gateway/base/result.h"

namespace polygate {

/// Topics that one question may name.
inline constexpr std::size_t kMostPresent = 256;

/// What a call asks of the gateway while its handler runs; see Call::present.
class Enquiry {
 public:
  virtual ~Enquiry() = default;
  virtual Result<std::vector<std::string>> present(std::vector<std::string> topics) const = 0;
};

}  // namespace polygate
