#include "gateway/auth/key.h"

#include <optional>

#include "gateway/auth/ecdsa.h"
#include "gateway/auth/pem.h"

namespace polygate::auth {

Result<Key> Key::from_secret(Algorithm algorithm, std::string_view secret, bool allow_weak, std::string id) {
  auto hmac = Hmac::make(algorithm, secret, allow_weak);
  if (!hmac) return hmac.failure();
  return Key(algorithm, std::move(id), *std::move(hmac));
}

Result<Key> Key::from_pem(Algorithm algorithm, std::string_view pem, std::string id) {
  auto key = read_public_pem(pem);
  if (!key) return key.failure();
  return from_public(algorithm, *std::move(key), std::move(id));
}

Result<Key> Key::from_public(Algorithm algorithm, Openssl<EVP_PKEY> key, std::string id) {
  if (const auto checked = check_key(algorithm, key.get()); !checked) return checked.failure();
  return Key(algorithm, std::move(id), std::move(key));
}

bool Key::verify(std::string_view text, std::string_view signature) const {
  if (signature.empty()) return false;
  if (const auto* hmac = std::get_if<Hmac>(&material_)) return hmac->verify(text, signature);

  const ErrorMark mark;
  std::optional<std::string> der;
  if (algorithm_ == Algorithm::es256) {
    der = ecdsa_der(signature);
    if (!der) return false;
    signature = *der;
  }
  const EVP_MD* hash = algorithm_ == Algorithm::eddsa ? nullptr : EVP_sha256();  // Ed25519 hashes by itself
  const Openssl<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY* key = std::get<Openssl<EVP_PKEY>>(material_).get();
  return context && EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(text), text.size()) == 1;
}

}  // namespace polygate::auth
