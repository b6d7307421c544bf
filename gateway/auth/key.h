#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "gateway/auth/algorithm.h"
#include "gateway/auth/hmac.h"
#include "gateway/auth/openssl.h"
#include "gateway/base/result.h"

namespace polygate::auth {

/// A verification key. It carries the one algorithm that it is good for, so a token's header never chooses how it is
/// checked. Immutable: any thread may use it.
class Key {
 public:
  /// What Hmac::make refuses is refused.
  static Result<Key> from_secret(Algorithm algorithm, std::string_view secret, bool allow_weak, std::string id);
  /// `pem` holds one public key or certificate.
  static Result<Key> from_pem(Algorithm algorithm, std::string_view pem, std::string id);
  /// Refuses a key that does not fit the algorithm.
  static Result<Key> from_public(Algorithm algorithm, Openssl<EVP_PKEY> key, std::string id);

  /// The `kid` of the tokens that this key checks; empty = those without one.
  const std::string& id() const { return id_; }
  Algorithm algorithm() const { return algorithm_; }

  /// Whether `signature` is this key's over `text`.
  bool verify(std::string_view text, std::string_view signature) const;

 private:
  using Material = std::variant<Hmac, Openssl<EVP_PKEY>>;
  Key(Algorithm algorithm, std::string id, Material material)
      : algorithm_(algorithm), id_(std::move(id)), material_(std::move(material)) {}

  Algorithm algorithm_;
  std::string id_;
  Material material_;
};

}  // namespace polygate::auth
