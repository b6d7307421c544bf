#include "gateway/schema/number.h"

#include <charconv>
#include <cmath>

namespace polygate::schema {
namespace {

__extension__ using Uint128 = unsigned __int128;

/// digits * 10^exponent, the sign dropped: what the shortest decimal text of a double says.
struct Decimal {
  Uint128 digits = 0;
  int exponent = 0;
};

Decimal decimal(const Number& value) {
  Decimal out;
  if (value.whole) {
    out.digits = static_cast<Uint128>(value.integer < 0 ? -value.integer : value.integer);
  } else {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, std::fabs(value.real), std::chars_format::scientific).ptr;
    bool fraction = false;
    for (const char* at = text; at != end; ++at) {
      if (*at == 'e') {
        int exponent = 0;
        std::from_chars(at[1] == '+' ? at + 2 : at + 1, end, exponent);
        out.exponent += exponent;
        break;
      }
      if (*at == '.') {
        fraction = true;
        continue;
      }
      out.digits = out.digits * 10 + static_cast<unsigned>(*at - '0');
      if (fraction) --out.exponent;
    }
  }
  while (out.digits != 0 && out.digits % 10 == 0) {
    out.digits /= 10;
    ++out.exponent;
  }
  return out;
}

}  // namespace

Number Number::of(json::View value) {
  Number out;
  switch (value.type()) {
    case simdjson::dom::element_type::INT64:
      out.integer = value.get_int64().value_unsafe();
      return out;
    case simdjson::dom::element_type::UINT64:
      out.integer = value.get_uint64().value_unsafe();
      return out;
    default:
      break;
  }
  out.real = value.get_double().value_unsafe();
  if (out.real >= -0x1p63 && out.real < 0x1p63) {
    const auto near = static_cast<std::int64_t>(out.real);
    out.whole = static_cast<double>(near) == out.real;
    out.integer = near;
  } else {
    out.whole = out.real >= 0x1p63 && out.real < 0x1p64;  // a double this large has no fraction
    if (out.whole) out.integer = static_cast<std::uint64_t>(out.real);
  }
  return out;
}

std::strong_ordering compare_with_real(const Number& a, const Number& b) {
  if (!a.whole && !b.whole) {
    if (a.real == b.real) return std::strong_ordering::equal;
    return a.real < b.real ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (b.whole) return 0 <=> compare(b, a);
  // b has a fraction or is beyond 64 bits, so they are never equal.
  if (b.real >= 0x1p64) return std::strong_ordering::less;
  if (b.real < -0x1p63) return std::strong_ordering::greater;
  const auto below = static_cast<std::int64_t>(std::floor(b.real));  // with a fraction, b is less than 2^53
  return a.integer <= below ? std::strong_ordering::less : std::strong_ordering::greater;
}

bool is_multiple(const Number& value, const Number& divisor) {
  if (value.whole && divisor.whole) return value.integer % divisor.integer == 0;
  const Decimal a = decimal(value);
  const Decimal b = decimal(divisor);
  if (a.digits == 0) return true;
  const int shift = a.exponent - b.exponent;
  if (shift < 0) return false;  // a.digits has no factor ten left, and a multiple of the divisor would
  // A divisor has at most 20 digits (64 bits, or the 17 digits of a double), so ten times a remainder fits.
  Uint128 rest = a.digits % b.digits;
  for (int i = 0; i < shift && rest != 0; ++i) rest = rest * 10 % b.digits;
  return rest == 0;
}

bool is_integral(const Number& value) {
  return value.whole || std::trunc(value.real) == value.real;
}

}  // namespace polygate::schema
