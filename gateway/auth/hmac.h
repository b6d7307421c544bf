#pragma once
#include <string>
#include <string_view>

#include "gateway/auth/algorithm.h"
#include "gateway/auth/openssl.h"
#include "gateway/base/result.h"

namespace polygate::auth {

/// HMAC-SHA-2 with one secret (RFC 7518, section 3.2). Immutable: any thread may use it.
class Hmac {
 public:
  /// Refuses a secret that is shorter than the hash, unless `allow_weak`; and always one that is empty or is a public
  /// key: whoever knows the public key could then sign.
  static Result<Hmac> make(Algorithm algorithm, std::string_view secret, bool allow_weak);

  /// The code of `text`, 32 to 64 bytes; empty if OpenSSL is out of memory.
  std::string sign(std::string_view text) const;

  /// Compares in constant time.
  bool verify(std::string_view text, std::string_view code) const;

 private:
  explicit Hmac(Openssl<EVP_MAC_CTX> keyed) : keyed_(std::move(keyed)) {}

  Openssl<EVP_MAC_CTX> keyed_;  // never used itself, only copied
};

}  // namespace polygate::auth
