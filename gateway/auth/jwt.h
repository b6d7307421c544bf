#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/auth/key_source.h"
#include "gateway/auth/verifier.h"
#include "gateway/base/diagnostics.h"

namespace polygate::auth {

/// A verifier of JSON Web Tokens (RFC 7519) in gateway.yaml.
struct JwtSettings {
  /// HS256, HS384, HS512, RS256, ES256 or EdDSA. Needed with `env` and `file` keys. With a JWK set it narrows the set.
  std::string algorithm;
  /// The keys of which one must have signed the token. Two at a time while a secret is being changed. A token with a
  /// `kid` is checked by the key of exactly that id; one without by the keys without an id, or by the only key.
  std::vector<KeySource> keys;
  /// Accept a secret shorter than its hash (32 bytes for HS256). For old systems only: short secrets can be guessed.
  bool allow_weak_secret = false;
  /// What `iss` must be. Without it any issuer is accepted.
  std::optional<std::string> issuer;
  /// Of which `aud` must name at least one. Without it tokens for any audience are accepted.
  std::vector<std::string> audience;
  /// Without `audience`: refuse tokens that name any, as they are meant for somebody else (RFC 7519, section 4.1.3).
  bool refuse_unexpected_audience = false;
  /// What the header's `typ` must be, in any case, such as at+jwt (RFC 9068). Without it any.
  std::optional<std::string> type;
  /// Claims that must be there and not null. Default: the one of `expires_claim`.
  std::optional<std::vector<std::string>> required;
  /// How many seconds the issuer's clock may differ from ours in `exp` and `nbf`, 0 to 30.
  double leeway = 0;
  /// Refuse tokens that were issued (`iat`) longer ago than this many seconds, and those that do not say when.
  std::optional<double> max_age;
  /// Which claim is the user: text or a whole number.
  std::string user_claim = "sub";
  /// Which claim is the end, in unix seconds.
  std::string expires_claim = "exp";
  /// The identity's claims: name -> claim in the token, or a dotted path into one. Empty: all claims as they are.
  std::map<std::string, std::string> claims;
};

inline constexpr double kMaxLeeway = 30;

/// Builds the verifier, reading its keys. Null after adding to `problems` everything that is wrong: at `place` for the
/// settings and the sources they name.
std::unique_ptr<const Verifier> make_jwt_verifier(std::string name, JwtSettings settings, const Place& place,
                                                  Diagnostics& problems);

}  // namespace polygate::auth
