#pragma once
#include <cstdint>

/// Characters of ASCII, whatever the locale says. Bytes from 0x80 on belong to no class.
namespace polygate {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
constexpr bool is_alnum(char c) {
  return is_digit(c) || is_letter(c);
}

/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}
constexpr bool is_hex(char c) {
  return hex_value(c) >= 0;
}

/// In eight bytes at once: the bits that ASCII leaves clear.
inline constexpr std::uint64_t kHighBits = 0x8080808080808080;

}  // namespace polygate
