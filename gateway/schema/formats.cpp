#include "gateway/schema/formats.h"

#include <algorithm>
#include <iterator>

#include "gateway/base/ascii.h"
#include "gateway/schema/host_formats.h"
#include "gateway/schema/pattern.h"
#include "gateway/schema/time_formats.h"
#include "gateway/schema/uri.h"

namespace polygate::schema {
namespace {

// In the order of the enumeration.
constexpr std::string_view kNames[] = {"date-time",
                                       "date",
                                       "time",
                                       "duration",
                                       "email",
                                       "idn-email",
                                       "hostname",
                                       "idn-hostname",
                                       "ipv4",
                                       "ipv6",
                                       "uri",
                                       "uri-reference",
                                       "iri",
                                       "iri-reference",
                                       "uuid",
                                       "json-pointer",
                                       "relative-json-pointer",
                                       "regex",
                                       "uri-template"};

constexpr std::size_t kMaxRegexBytes = 1024;  // a peer's regular expression is looked at, never run

/// RFC 4122, section 3: 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

/// RFC 6901, section 3.
bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) return false;
  }
  return true;
}

/// draft-bhutton-relative-json-pointer-00, section 3.
bool is_relative_json_pointer(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
  const std::string_view rest = text.substr(digits);
  return rest == "#" || is_json_pointer(rest);
}

bool is_variable_list(std::string_view list) {
  if (!list.empty() && std::string_view("+#./;?&").find(list[0]) != std::string_view::npos) list.remove_prefix(1);
  bool name = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    if (is_alnum(c) || c == '_') {
      name = true;
    } else if (c == '%' && i + 2 < list.size() && is_hex(list[i + 1]) && is_hex(list[i + 2])) {
      name = true;
      i += 2;
    } else if (!name) {
      return false;
    } else if (c == ',' || c == '.') {
      name = false;
    } else if (c == ':') {
      std::size_t digits = 0;
      while (i + 1 < list.size() && is_digit(list[i + 1]) && digits < 4) ++i, ++digits;
      if (digits == 0 || list[i - digits + 1] == '0') return false;
    } else if (c != '*') {
      return false;
    }
  }
  return name;
}

/// RFC 6570, section 2.
bool is_uri_template(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) <= 0x20 || std::string_view("\"'<>\\^`|}").find(c) != std::string_view::npos)
      return false;
    if (c == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))) return false;
    if (c != '{') continue;
    const std::size_t close = text.find('}', i);
    if (close == std::string_view::npos || !is_variable_list(text.substr(i + 1, close - i - 1))) return false;
    i = close;
  }
  return true;
}

}  // namespace

std::optional<Format> format_named(std::string_view name) {
  const auto found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<Format>(found - std::begin(kNames));
}

std::string_view name(Format format) {
  return kNames[static_cast<std::size_t>(format)];
}

std::vector<std::string> format_names() {
  return {std::begin(kNames), std::end(kNames)};
}

bool matches(Format format, std::string_view text) {
  switch (format) {
    case Format::date_time:
      return is_date_time(text);
    case Format::date:
      return is_date(text);
    case Format::time:
      return is_time(text);
    case Format::duration:
      return is_duration(text);
    case Format::email:
      return is_email(text, false);
    case Format::idn_email:
      return is_email(text, true);
    case Format::hostname:
      return is_hostname(text);
    case Format::idn_hostname:
      return is_idn_hostname(text);
    case Format::ipv4:
      return is_ipv4(text);
    case Format::ipv6:
      return is_ipv6(text);
    case Format::uri:
      return uri::is_absolute(text, false);
    case Format::uri_reference:
      return uri::is_reference(text, false);
    case Format::iri:
      return uri::is_absolute(text, true);
    case Format::iri_reference:
      return uri::is_reference(text, true);
    case Format::uuid:
      return is_uuid(text);
    case Format::json_pointer:
      return is_json_pointer(text);
    case Format::relative_json_pointer:
      return is_relative_json_pointer(text);
    case Format::regex:
      return text.size() <= kMaxRegexBytes && translate_pattern(text).verdict != Translation::Verdict::wrong;
    case Format::uri_template:
      return is_uri_template(text);
  }
  return false;
}

}  // namespace polygate::schema
