#pragma once
#include <cstdint>
#include <string_view>

namespace polygate::wire {

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

}  // namespace polygate::wire
