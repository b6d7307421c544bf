#pragma once
#include <string_view>

#include "gateway/auth/algorithm.h"
#include "gateway/auth/openssl.h"
#include "gateway/base/result.h"

namespace polygate::auth {

/// The public key in a PEM text: a "PUBLIC KEY" or the key of a "CERTIFICATE", which serves as a mere container (dates
/// and issuer are not looked at). A private key is refused: a verifier must not hold one.
Result<Openssl<EVP_PKEY>> read_public_pem(std::string_view pem);

/// The private key in a PEM text, not encrypted.
Result<Openssl<EVP_PKEY>> read_private_pem(std::string_view pem);

/// Whether `key` fits `algorithm`: RSA of 2048 to 8192 bits for RS256, P-256 for ES256, Ed25519 for EdDSA, and a public
/// half that is sound (a point on its curve, a modulus that is one).
Result<void> check_key(Algorithm algorithm, EVP_PKEY* key);

}  // namespace polygate::auth
