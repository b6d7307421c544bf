#include "gateway/auth/pem.h"

#include <openssl/pem.h>

#include <array>
#include <cstddef>
#include <string>

namespace polygate::auth {

namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;

/// OpenSSL's own callback asks the terminal for the pass phrase.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

Openssl<BIO> open(std::string_view text) {
  return Openssl<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::size_t blocks_in(std::string_view pem) {
  std::size_t count = 0;
  for (auto at = pem.find("-----BEGIN"); at != pem.npos; at = pem.find("-----BEGIN", at + 1)) ++count;
  return count;
}

Result<void> check_blocks(std::string_view pem) {
  const std::size_t blocks = blocks_in(pem);
  if (blocks == 0) return invalid("found no PEM text, expected \"-----BEGIN ...\"");
  if (blocks > 1) return invalid("found " + std::to_string(blocks) + " PEM blocks, expected one key");
  return {};
}

std::string curve_of(EVP_PKEY* key) {
  std::array<char, 64> curve{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, curve.data(), curve.size(), &size) != 1) return "unknown";
  return std::string(curve.data(), size);
}

std::string describe(EVP_PKEY* key) {
  const char* type = EVP_PKEY_get0_type_name(key);
  std::string text = type != nullptr ? type : "unknown";
  if (EVP_PKEY_is_a(key, "EC") == 1) return text + " (" + curve_of(key) + ")";
  if (EVP_PKEY_is_a(key, "RSA") == 1) return text + " (" + std::to_string(EVP_PKEY_get_bits(key)) + " bits)";
  return text;
}

bool fits(Algorithm algorithm, EVP_PKEY* key) {
  if (algorithm == Algorithm::es256) return EVP_PKEY_is_a(key, "EC") == 1 && curve_of(key) == "prime256v1";
  if (algorithm == Algorithm::eddsa) return EVP_PKEY_is_a(key, "ED25519") == 1;
  return EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) >= kMinRsaBits &&
         EVP_PKEY_get_bits(key) <= kMaxRsaBits;
}

std::string_view needed(Algorithm algorithm) {
  if (algorithm == Algorithm::es256) return "an EC key on P-256 (prime256v1)";
  if (algorithm == Algorithm::eddsa) return "an Ed25519 key";
  return "an RSA key of 2048 to 8192 bits";
}

}  // namespace

Result<Openssl<EVP_PKEY>> read_public_pem(std::string_view pem) {
  const ErrorMark mark;
  if (const auto checked = check_blocks(pem); !checked) return checked.failure();
  if (pem.find("PRIVATE KEY-----") != pem.npos)
    return invalid("found a private key; verifying needs the public one (openssl pkey -pubout)");
  Openssl<EVP_PKEY> key;
  if (pem.find("-----BEGIN CERTIFICATE") != pem.npos) {
    const Openssl<X509> certificate(PEM_read_bio_X509(open(pem).get(), nullptr, no_pass_phrase, nullptr));
    if (certificate) key.reset(X509_get_pubkey(certificate.get()));
  } else {
    key.reset(PEM_read_bio_PUBKEY(open(pem).get(), nullptr, no_pass_phrase, nullptr));
  }
  if (!key) return invalid("the PEM text is damaged or holds no public key or certificate");
  return key;
}

Result<Openssl<EVP_PKEY>> read_private_pem(std::string_view pem) {
  const ErrorMark mark;
  if (const auto checked = check_blocks(pem); !checked) return checked.failure();
  Openssl<EVP_PKEY> key(PEM_read_bio_PrivateKey(open(pem).get(), nullptr, no_pass_phrase, nullptr));
  if (!key) return invalid("the PEM text is damaged, encrypted or holds no private key");
  return key;
}

Result<void> check_key(Algorithm algorithm, EVP_PKEY* key) {
  const ErrorMark mark;
  if (!fits(algorithm, key)) {
    return invalid("found a key of type " + describe(key) + ", " + std::string(name(algorithm)) + " needs " +
                   std::string(needed(algorithm)));
  }
  const Openssl<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!context || EVP_PKEY_public_check(context.get()) != 1) return invalid("the public key is damaged or unsound");
  return {};
}

}  // namespace polygate::auth
