#pragma once
#include <string>

#include "gateway/auth/algorithm.h"
#include "gateway/base/json.h"
#include "gateway/base/result.h"

namespace polygate::auth {

/// How a token is signed: for tools and tests, never while serving.
struct SignSettings {
  Algorithm algorithm = Algorithm::hs256;
  std::string key = {};            ///< the secret for HS*, else the PEM text of the private key, not encrypted
  std::string id = {};             ///< the header's kid; none when empty
  std::string type = "JWT";        ///< the header's typ; none when empty
  bool allow_weak_secret = false;  ///< as in JwtSettings
};

/// A compact JWS over `claims` (RFC 7515, section 7.1). Refuses keys that a verifier would refuse, claims that are not
/// an object or not UTF-8, and tokens of more than kMaxTokenBytes.
Result<std::string> sign_jwt(const Json& claims, const SignSettings& settings);

/// A new opaque token: 256 random bits in base64url.
std::string random_token();

}  // namespace polygate::auth
