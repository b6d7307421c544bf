#include "gateway/auth/sign.h"

#include <array>
#include <cstdint>

#include "gateway/auth/ecdsa.h"
#include "gateway/auth/hmac.h"
#include "gateway/auth/jws.h"
#include "gateway/auth/openssl.h"
#include "gateway/auth/pem.h"
#include "gateway/auth/verifier.h"
#include "gateway/base/base64.h"
#include "gateway/base/ids.h"

namespace polygate::auth {

namespace {

Result<std::string> sign_with_private_key(Algorithm algorithm, std::string_view pem, std::string_view text) {
  const auto key = read_private_pem(pem);
  if (!key) return key.failure();
  if (const auto checked = check_key(algorithm, key->get()); !checked) return checked.failure();

  const ErrorMark mark;
  const EVP_MD* hash = algorithm == Algorithm::eddsa ? nullptr : EVP_sha256();
  const Openssl<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (!context || EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key->get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, octets(text), text.size()) != 1)
    return Failure{Reason::internal, "OpenSSL cannot sign with this key"};
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, octets(text),
                     text.size()) != 1)
    return Failure{Reason::internal, "OpenSSL cannot sign with this key"};
  signature.resize(size);
  if (algorithm == Algorithm::es256) return ecdsa_raw(signature).value_or("");
  return signature;
}

Result<std::string> sign(const SignSettings& settings, std::string_view text) {
  if (!is_symmetric(settings.algorithm)) return sign_with_private_key(settings.algorithm, settings.key, text);
  const auto hmac = Hmac::make(settings.algorithm, settings.key, settings.allow_weak_secret);
  if (!hmac) return hmac.failure();
  return hmac->sign(text);
}

Result<std::string> dump(const Json& value) {
  try {
    return value.dump();
  } catch (const Json::exception&) {
    return invalid("the claims are not UTF-8");
  }
}

}  // namespace

Result<std::string> sign_jwt(const Json& claims, const SignSettings& settings) {
  if (!claims.is_object()) return invalid("the claims are not an object");
  if (settings.id.size() > kMaxKidBytes)
    return invalid("the key's id is longer than " + std::to_string(kMaxKidBytes) + " bytes");
  Json header = {{"alg", name(settings.algorithm)}};
  if (!settings.type.empty()) header["typ"] = settings.type;
  if (!settings.id.empty()) header["kid"] = settings.id;
  auto head = dump(header);
  if (!head) return head;
  auto payload = dump(claims);
  if (!payload) return payload;

  std::string token = base64url(*head) + '.' + base64url(*payload);
  auto signature = sign(settings, token);
  if (!signature) return signature;
  token += '.' + base64url(*signature);
  if (token.size() > kMaxTokenBytes)
    return invalid("the token would have " + std::to_string(token.size()) + " bytes, at most " +
                   std::to_string(kMaxTokenBytes));
  return token;
}

std::string random_token() {
  std::array<std::uint8_t, 32> bytes{};
  random_bytes(bytes);
  return base64url(bytes);
}

}  // namespace polygate::auth
