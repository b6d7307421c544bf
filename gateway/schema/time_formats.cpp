#include "gateway/schema/time_formats.h"

#include <optional>

#include "gateway/base/ascii.h"

namespace polygate::schema {
namespace {

/// The number of `digits` digits at the front of `text`, which it is taken from.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text[0] != expected) return false;
  text.remove_prefix(1);
  return true;
}

int days_in(int year, int month) {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace

bool is_date(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return false;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return false;
  const auto day = take_number(text, 2);
  return day && text.empty() && *month >= 1 && *month <= 12 && *day >= 1 && *day <= days_in(*year, *month);
}

bool is_time(std::string_view text) {
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return false;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ':')) return false;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return false;
  if (take(text, '.')) {
    if (text.empty() || !is_digit(text[0])) return false;
    while (!text.empty() && is_digit(text[0])) text.remove_prefix(1);
  }
  int offset = 0;
  if (!take(text, 'Z') && !take(text, 'z')) {
    const int sign = take(text, '+') ? 1 : take(text, '-') ? -1 : 0;
    if (sign == 0) return false;
    const auto hours = take_number(text, 2);
    if (!hours || !take(text, ':')) return false;
    const auto minutes = take_number(text, 2);
    if (!minutes || *hours > 23 || *minutes > 59) return false;
    offset = sign * (*hours * 60 + *minutes);
  }
  if (!text.empty()) return false;
  if (*second < 60) return true;
  return (*hour * 60 + *minute - offset + 2 * 1440) % 1440 == 23 * 60 + 59;
}

bool is_date_time(std::string_view text) {
  if (text.size() < 11 || (text[10] != 'T' && text[10] != 't')) return false;
  return is_date(text.substr(0, 10)) && is_time(text.substr(11));
}

bool is_duration(std::string_view text) {
  if (!take(text, 'P')) return false;
  // Within each half the units come in this order without a gap (P1Y1D is not one); weeks stand alone.
  std::string_view units = "YMD";
  bool any = false, in_time = false, weeks = false, started = false;
  while (!text.empty()) {
    if (weeks) return false;
    if (!in_time && take(text, 'T')) {
      in_time = true;
      started = any = false;
      units = "HMS";
      continue;
    }
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    if (digits == 0 || digits == text.size()) return false;
    const char unit = text[digits];
    text.remove_prefix(digits + 1);
    if (unit == 'W' && !any && !in_time) {
      weeks = any = true;
      continue;
    }
    const std::size_t at = units.find(unit);
    if (at == std::string_view::npos || (started && at != 0)) return false;
    units.remove_prefix(at + 1);
    any = started = true;
  }
  return any;
}

}  // namespace polygate::schema
