#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace polygate {

/// base64 of the standard alphabet, with padding (RFC 4648, section 4).
void append_base64(std::string& out, std::string_view bytes);

/// The bytes behind it, into `out`. Lenient: with or without padding, and white space is passed over. False when it is
/// none.
bool decode_base64(std::string_view text, std::string& out);

/// base64url without padding (RFC 4648, section 5).
std::string base64url(std::string_view bytes);
std::string base64url(std::span<const std::uint8_t> bytes);

/// The bytes behind it. Strict: each byte string has exactly one accepted spelling, so padding, white space, the
/// letters
/// + and /, and non-zero spare bits are refused.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace polygate
