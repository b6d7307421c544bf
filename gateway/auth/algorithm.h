#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polygate::auth {

/// The signature algorithms that tokens may use (RFC 7518, section 3.1; RFC 8037). A key has exactly one; "none" is not
/// among them.
enum class Algorithm : std::uint8_t { hs256, hs384, hs512, rs256, es256, eddsa };

/// As headers and settings spell it: "HS256", "EdDSA".
std::string_view name(Algorithm algorithm);

/// Exact and case-sensitive, as RFC 7515, section 4.1.1 asks.
std::optional<Algorithm> algorithm_named(std::string_view text);

/// All names, for messages.
std::vector<std::string> algorithm_names();

/// Whether signer and verifier share one secret (HMAC).
bool is_symmetric(Algorithm algorithm);

}  // namespace polygate::auth
