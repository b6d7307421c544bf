#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace polygate::auth {

/// Longer key ids are refused.
inline constexpr std::size_t kMaxKidBytes = 64;

/// A token taken apart, nothing in it verified yet.
struct Jws {
  std::string algorithm;            ///< `alg`, not empty
  std::optional<std::string> kid;   ///< 1..64 bytes, any
  std::optional<std::string> type;  ///< `typ`
  std::string_view signed_text;     ///< what the signature covers: header and payload as they stand in the token
  std::string_view payload;         ///< still base64url: not decoded before the signature has been verified
  std::string signature;            ///< not empty
};

/// Takes apart a compact JWS (RFC 7515, sections 3.1 and 7.1) of at most kMaxTokenBytes: exactly three segments, none
/// empty, strict base64url, a header object without duplicate keys and without `crit` (no extension is understood). The
/// headers jku, jwk, x5u and x5c are ignored: keys come from the deployment, never from a token. The views point into
/// `token`. A failure's message is for the log.
Result<Jws> read_jws(std::string_view token);

}  // namespace polygate::auth
