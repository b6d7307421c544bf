#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace polygate::auth {

/// The bytes behind base64url without padding (RFC 7515, section 2). Strict: each byte string has exactly one accepted
/// spelling, so padding, white space, the letters + and /, and non-zero spare bits are refused.
std::optional<std::string> decode_base64url(std::string_view text);

/// base64url without padding, of text.
std::string encode_base64url(std::string_view bytes);

}  // namespace polygate::auth
