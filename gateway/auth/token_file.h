#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/auth/verifier.h"
#include "gateway/base/diagnostics.h"

namespace polygate::auth {

/// One opaque token and whom it stands for.
struct TokenEntry {
  std::string token;              ///< the token, or "sha256:" and the 64 hex digits of its hash
  std::string user;               ///< whom it stands for
  Json claims = Json::object();   ///< handed to the identity as they are
  std::optional<double> expires;  ///< unix seconds; never without
  Place place;                    ///< where the entry stands, for messages
};

/// A verifier of opaque tokens. It keeps their SHA-256 only: what a look-up compares is then nothing that a client can
/// steer towards a match byte by byte. Null after adding to `problems` every entry that is wrong: tokens that are
/// empty, longer than 8 KiB, listed twice or not printable, and users that are no user names.
std::unique_ptr<const Verifier> make_token_verifier(std::string name, const std::vector<TokenEntry>& entries,
                                                    Diagnostics& problems);

/// `token` as files may hold it: "sha256:" and the hash in lower-case hex. For tokens with enough randomness only.
std::string hashed_token(std::string_view token);

}  // namespace polygate::auth
