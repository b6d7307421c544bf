#include "gateway/schema/host_formats.h"

#include <algorithm>

#include "gateway/base/ascii.h"
#include "gateway/schema/idna.h"

namespace polygate::schema {
namespace {

constexpr std::size_t kMaxHostname = 253;
constexpr std::size_t kMaxLabel = 63;

bool is_ascii_label(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-') return false;
  if (!std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; })) return false;
  if (label.size() < 4 || label.substr(2, 2) != "--") return true;
  const bool a_label = (label[0] == 'x' || label[0] == 'X') && (label[1] == 'n' || label[1] == 'N');
  return a_label && is_a_label(label);
}

/// Every part of `text` between dots satisfies `fits`.
template <class Fits>
bool every_label(std::string_view text, Fits fits) {
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!fits(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_atom_char(char c, bool international) {
  if (static_cast<unsigned char>(c) >= 0x80) return international;
  return is_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_quoted_string(std::string_view text, bool international) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c == '"') return false;
    if (c == '\\') {
      if (++i == text.size()) return false;
      c = static_cast<unsigned char>(text[i]);
    }
    if (c < 0x20 || c == 0x7F || (c >= 0x80 && !international)) return false;
  }
  return true;
}

}  // namespace

bool is_ipv4(std::string_view text) {
  int parts = 0;
  return every_label(text,
                     [&](std::string_view part) {
                       if (++parts > 4 || part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0'))
                         return false;
                       int value = 0;
                       for (const char c : part) {
                         if (!is_digit(c)) return false;
                         value = value * 10 + (c - '0');
                       }
                       return value <= 255;
                     }) &&
         parts == 4;
}

bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  for (;;) {
    std::size_t digits = 0;
    while (digits < text.size() && is_hex(text[digits])) ++digits;
    if (digits < text.size() && text[digits] == '.') {
      groups += 2;
      return is_ipv4(text) && (gap ? groups < 8 : groups == 8);
    }
    if (digits == 0 || digits > 4 || ++groups > 8) return false;
    text.remove_prefix(digits);
    if (text.empty()) return gap ? groups < 8 : groups == 8;
    if (text[0] != ':') return false;
    text.remove_prefix(1);
    if (text.starts_with(':')) {
      if (gap) return false;
      gap = true;
      text.remove_prefix(1);
      if (text.empty()) return groups < 8;
    }
  }
}

bool is_hostname(std::string_view text) {
  return !text.empty() && text.size() <= kMaxHostname && every_label(text, is_ascii_label);
}

bool is_idn_hostname(std::string_view text) {
  if (text.empty() || text.size() > 4 * kMaxHostname) return false;
  std::size_t length = 0;
  const auto fits = [&](std::string_view label) {
    const bool ascii =
        std::all_of(label.begin(), label.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    const std::size_t encoded = ascii ? label.size() : a_label_length(label);
    length += encoded + 1;
    return ascii ? is_ascii_label(label) : encoded != 0;
  };
  // The ideographic and halfwidth full stops separate labels too (RFC 3490, section 3.1).
  for (std::size_t start = 0;;) {
    std::size_t end = start, width = 0;
    for (; end < text.size() && width == 0; ++end) {
      const std::string_view three = text.substr(end, 3);
      width = text[end] == '.' ? 1 : three == "\u3002" || three == "\uFF0E" || three == "\uFF61" ? 3 : 0;
      if (width != 0) break;
    }
    if (!fits(text.substr(start, end - start))) return false;
    if (width == 0) break;
    start = end + width;
  }
  return length - 1 <= kMaxHostname;
}

bool is_email(std::string_view text, bool international) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return false;
  const std::string_view local = text.substr(0, at);
  std::string_view domain = text.substr(at + 1);
  const auto is_atom = [&](std::string_view atom) {
    return !atom.empty() &&
           std::all_of(atom.begin(), atom.end(), [&](char c) { return is_atom_char(c, international); });
  };
  if (!is_quoted_string(local, international) && !every_label(local, is_atom)) return false;
  if (domain.front() == '[') {
    if (domain.back() != ']') return false;
    domain = domain.substr(1, domain.size() - 2);
    if (domain.starts_with("IPv6:")) return is_ipv6(domain.substr(5));
    return is_ipv4(domain);
  }
  return international ? is_idn_hostname(domain) : is_hostname(domain);
}

}  // namespace polygate::schema
