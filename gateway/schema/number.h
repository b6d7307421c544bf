#pragma once
#include <compare>
#include <cstdint>
#include <optional>

#include "gateway/base/json.h"

namespace polygate::schema {

__extension__ using Int128 = __int128;

/// A JSON number without loss: an integer of up to 64 bits with or without sign, or a double.
struct Number {
  bool whole = true;  ///< `integer` holds it; otherwise `real` does, and that has a fraction or is beyond 64 bits
  Int128 integer = 0;
  double real = 0;

  /// A double with an integral value within 64 bits becomes whole: 1.0 is 1.
  static Number of(json::View value);
};

/// By mathematical value, exactly: no integer is rounded to a double.
std::strong_ordering compare_with_real(const Number& a, const Number& b);
inline std::strong_ordering compare(const Number& a, const Number& b) {
  return a.whole && b.whole ? a.integer <=> b.integer : compare_with_real(a, b);
}

/// Is `value` an integral multiple of `divisor` (> 0) in decimal arithmetic: 0.0075 is one of 0.0001?
bool is_multiple(const Number& value, const Number& divisor);

/// Any integral value, also those beyond 64 bits, such as 1e30.
bool is_integral(const Number& value);

}  // namespace polygate::schema
