#include "gateway/auth/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include <array>
#include <cstddef>

namespace polygate::auth {

namespace {

struct Hash {
  const char* name;
  std::size_t bytes;
};

Hash hash_of(Algorithm algorithm) {
  if (algorithm == Algorithm::hs512) return {"SHA512", 64};
  if (algorithm == Algorithm::hs384) return {"SHA384", 48};
  return {"SHA256", 32};
}

/// Whether the bytes are a public key or certificate in one of the forms that people have them in: PEM, OpenSSH, JWK,
/// DER.
bool looks_like_a_key(std::string_view bytes) {
  if (bytes.find("-----BEGIN") != bytes.npos) return true;
  if (bytes.starts_with("ssh-") || bytes.starts_with("ecdsa-sha2-")) return true;
  if (bytes.find("\"kty\"") != bytes.npos) return true;
  const ErrorMark mark;
  const unsigned char* at = octets(bytes);
  if (Openssl<EVP_PKEY>(d2i_PUBKEY(nullptr, &at, static_cast<long>(bytes.size())))) return true;
  at = octets(bytes);
  return Openssl<X509>(d2i_X509(nullptr, &at, static_cast<long>(bytes.size()))) != nullptr;
}

}  // namespace

Result<Hmac> Hmac::make(Algorithm algorithm, std::string_view secret, bool allow_weak) {
  const Hash hash = hash_of(algorithm);
  if (secret.empty()) return Failure{Reason::invalid, "the secret is empty"};
  if (looks_like_a_key(secret)) {
    return Failure{Reason::invalid, "found a public or private key where " + std::string(name(algorithm)) +
                                        " needs a secret; for a public key say algorithm RS256, ES256 or EdDSA"};
  }
  if (secret.size() < hash.bytes && !allow_weak) {
    return Failure{Reason::invalid, "the secret has " + std::to_string(secret.size()) + " bytes, " +
                                        std::string(name(algorithm)) + " needs at least " + std::to_string(hash.bytes) +
                                        " (or allow_weak_secret: true)"};
  }
  const ErrorMark mark;
  const Openssl<EVP_MAC> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  Openssl<EVP_MAC_CTX> keyed(mac ? EVP_MAC_CTX_new(mac.get()) : nullptr);
  const std::array<OSSL_PARAM, 2> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(hash.name), 0),
      OSSL_PARAM_construct_end()};
  if (!keyed || EVP_MAC_init(keyed.get(), octets(secret), secret.size(), parameters.data()) != 1)
    return Failure{Reason::internal, "this OpenSSL offers no HMAC with " + std::string(hash.name)};
  return Hmac(std::move(keyed));
}

std::string Hmac::sign(std::string_view text) const {
  const ErrorMark mark;
  const Openssl<EVP_MAC_CTX> context(EVP_MAC_CTX_dup(keyed_.get()));
  std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
  std::size_t size = 0;
  if (!context || EVP_MAC_update(context.get(), octets(text), text.size()) != 1 ||
      EVP_MAC_final(context.get(), code.data(), &size, code.size()) != 1) {
    return {};
  }
  return std::string(reinterpret_cast<const char*>(code.data()), size);
}

bool Hmac::verify(std::string_view text, std::string_view code) const {
  const std::string expected = sign(text);
  return !expected.empty() && expected.size() == code.size() &&
         CRYPTO_memcmp(expected.data(), code.data(), code.size()) == 0;
}

}  // namespace polygate::auth
