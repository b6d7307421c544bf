#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "gateway/base/ascii.h"

namespace polygate::wire {

/// For each byte its lower-case form when it may stand in a token (tchar, RFC 9110 section 5.6.2), else 0.
inline constexpr auto kTokenLower = [] {
  std::array<char, 256> table{};
  for (int i = 0; i < 128; ++i) {
    const char c = static_cast<char>(i);
    const bool mark = std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    if (is_alnum(c) || mark) table[static_cast<std::size_t>(i)] = lower(c);
  }
  return table;
}();

constexpr char token_lower(char c) {
  return kTokenLower[static_cast<unsigned char>(c)];
}

constexpr bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return token_lower(c) != 0; });
}

/// May this byte stand in a field value (RFC 9110 section 5.5)? HTAB, visible ASCII, space and obs-text.
constexpr bool is_field_byte(char c) {
  return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t';
}

/// May all of these bytes stand in a field value? Eight at a time while none is a control byte.
inline bool is_field_value(std::string_view value) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  while (value.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, value.data(), sizeof word);
    const std::uint64_t delete_as_zero = word ^ (kOnes * 0x7f);
    const std::uint64_t suspect = ((word - kOnes * 0x20) & ~word) | ((delete_as_zero - kOnes) & ~delete_as_zero);
    if ((suspect & kHighBits) != 0) {
      for (const char c : value.substr(0, 8)) {
        if (!is_field_byte(c)) return false;
      }
    }
    value.remove_prefix(8);
  }
  return std::all_of(value.begin(), value.end(), [](char c) { return is_field_byte(c); });
}

/// Without the spaces and tabs around it (OWS).
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Is `text`, whatever its case, the word `wanted`, which is in lower case?
constexpr bool is_word(std::string_view text, std::string_view wanted) {
  return text.size() == wanted.size() &&
         std::equal(text.begin(), text.end(), wanted.begin(), [](char a, char b) { return lower(a) == b; });
}

/// Calls `visit` for each member of a comma separated list (RFC 9110 section 5.6.1), empty members left out.
template <class Visit>
constexpr void each_member(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view member = trimmed(list.substr(0, comma));
    if (!member.empty()) visit(member);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

}  // namespace polygate::wire
