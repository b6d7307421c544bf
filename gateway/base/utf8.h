#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polygate {

/// One code point of UTF-8 (RFC 3629): how many bytes it takes, 0 when they are not valid UTF-8.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;
};

/// The code point that starts at `at`. Refuses overlong forms, surrogates and what lies beyond U+10FFFF.
CodePoint code_point_at(std::string_view text, std::size_t at);

/// The longest start of `text` that is not longer than `bytes` and does not cut a code point in two.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes);

/// May this code point not reach a terminal: C0 and C1 controls, DEL, line separators, bidirectional overrides?
bool is_unprintable(std::uint32_t code_point);

/// Appends `text` as the inside of a JSON string that any terminal may show: quotes, backslashes and unprintable code
/// points are escaped, what is not UTF-8 becomes U+FFFD.
void append_escaped(std::string& out, std::string_view text);

}  // namespace polygate
