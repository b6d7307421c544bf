#pragma once
#include <cstdint>
#include <string_view>

#include "gateway/base/yaml.h"

namespace polygate::yaml {

/// What an unquoted scalar means.
struct Scalar {
  Kind kind = Kind::string;
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string_view problem{};  ///< why it is refused, when it is
};

/// The core schema of YAML 1.2 (section 10.3.2): `no`, `yes`, `on`, `off`, `12:30` and `1_000` are strings. Numbers
/// that a double or 64 bits cannot hold are refused rather than changed.
Scalar resolve(std::string_view plain);

}  // namespace polygate::yaml
