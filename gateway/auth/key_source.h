#pragma once
#include <optional>
#include <string>
#include <vector>

#include "gateway/auth/key.h"
#include "gateway/base/json.h"
#include "gateway/base/result.h"

namespace polygate::auth {

/// Where a key comes from: exactly one of `env`, `file` and `jwks`. Read once, at start.
struct KeySource {
  /// The environment variable that holds the secret (HS256, HS384, HS512) or the PEM text of the public key, as it is.
  std::optional<std::string> env;
  /// The file that holds the secret or the PEM text of a public key or certificate. One line end after a secret is not
  /// part of it.
  std::optional<std::string> file;
  /// The file that holds a JWK set. Tokens choose among its keys by their `kid`.
  std::optional<std::string> jwks;
  /// The `kid` of the tokens that this key signs; empty for tokens without one. Not with `jwks`, whose keys have
  /// theirs.
  std::string id;
  /// Claims that identities get when this key signed their token, over those in the token: {"device": true}.
  Json stamp = Json::object();

  /// The source as messages name it: `environment variable JWT_SECRET`, or the file's path.
  std::string where() const;
};

/// The bytes of `source.env` or `source.file`. A failure's message names the source.
Result<std::string> read_key_text(const KeySource& source);

/// The keys of `source`, at least one. `algorithm` is what each is good for; a JWK set can do without. A failure's
/// message names the source and says what is wrong with it.
Result<std::vector<Key>> load_keys(const KeySource& source, std::optional<Algorithm> algorithm, bool allow_weak);

}  // namespace polygate::auth
