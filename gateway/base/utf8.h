#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polygate {

/// Checks UTF-8 (RFC 3629) that arrives in pieces, and fails at the first byte that no valid text could hold there:
/// overlong forms, surrogates and values above U+10FFFF included. One byte of state.
class Utf8 {
 public:
  /// False from the first wrong byte on.
  bool feed(std::string_view bytes);
  /// Between two characters: the text may end here.
  bool complete() const { return state_ == 0; }
  void reset() { state_ = 0; }

 private:
  std::uint8_t state_ = 0;
};

/// Is this whole text valid UTF-8?
bool is_utf8(std::string_view text);

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
