#include "gateway/base/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "gateway/base/ascii.h"

namespace polygate::yaml {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// `digits` in `base`, behind a sign; nothing is left over, for the caller has looked at every digit.
Scalar integer(std::string_view digits, int base, bool negative) {
  std::uint64_t magnitude = 0;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  if (error == std::errc::invalid_argument || rest != digits.data() + digits.size()) return {};
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  Scalar scalar{.kind = Kind::integer};
  if (error != std::errc() || magnitude > kMax + (negative ? 1 : 0)) {
    scalar.problem = "an integer beyond 64 bits";
    return scalar;
  }
  scalar.integer = static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
  scalar.number = static_cast<double>(scalar.integer);
  return scalar;
}

/// ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_decimal(std::string_view text) {
  const std::size_t e = text.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view exponent = text.substr(e + 1);
    if (exponent.starts_with('-') || exponent.starts_with('+')) exponent.remove_prefix(1);
    if (!all_digits(exponent)) return false;
  }
  const std::string_view mantissa = text.substr(0, e);
  const std::size_t point = mantissa.find('.');
  if (point == std::string_view::npos) return all_digits(mantissa);
  const std::string_view fraction = mantissa.substr(point + 1);
  if (point == 0) return all_digits(fraction);
  return all_digits(mantissa.substr(0, point)) && (fraction.empty() || all_digits(fraction));
}

bool is_one_of(std::string_view text, std::string_view lower, std::string_view title, std::string_view upper) {
  return text == lower || text == title || text == upper;
}

}  // namespace

Scalar resolve(std::string_view plain) {
  if (plain.empty() || plain == "~" || is_one_of(plain, "null", "Null", "NULL")) return {.kind = Kind::null};
  if (is_one_of(plain, "true", "True", "TRUE")) return {.kind = Kind::boolean, .boolean = true};
  if (is_one_of(plain, "false", "False", "FALSE")) return {.kind = Kind::boolean};
  if (plain.starts_with("0o")) return integer(plain.substr(2), 8, false);
  if (plain.starts_with("0x")) return integer(plain.substr(2), 16, false);

  std::string_view unsigned_part = plain;
  const bool negative = plain.front() == '-';
  if (negative || plain.front() == '+') unsigned_part.remove_prefix(1);
  if (all_digits(unsigned_part)) return integer(unsigned_part, 10, negative);
  if (is_one_of(unsigned_part, ".inf", ".Inf", ".INF") || is_one_of(plain, ".nan", ".NaN", ".NAN")) {
    return {.kind = Kind::number, .problem = "a number that is not finite"};
  }
  if (!is_decimal(unsigned_part)) return {};
  Scalar scalar{.kind = Kind::number};
  // The text is all a decimal, so that an error can only mean that it is out of range.
  const auto parsed = std::from_chars(unsigned_part.data(), unsigned_part.data() + unsigned_part.size(), scalar.number);
  if (parsed.ec != std::errc()) scalar.problem = "a number out of range";
  if (negative) scalar.number = -scalar.number;
  return scalar;
}

}  // namespace polygate::yaml
