#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace polygate::auth {

/// JWS writes an ES256 signature as r and s, 32 bytes each (RFC 7518, section 3.4); OpenSSL as a DER sequence.
/// Nothing when `raw` is not exactly 64 bytes.
std::optional<std::string> ecdsa_der(std::string_view raw);

/// The way back; nothing when `der` is not such a sequence.
std::optional<std::string> ecdsa_raw(std::string_view der);

}  // namespace polygate::auth
