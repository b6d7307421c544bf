#include "gateway/auth/ecdsa.h"

#include "gateway/auth/openssl.h"

namespace polygate::auth {

namespace {

constexpr int kHalf = 32;

}  // namespace

std::optional<std::string> ecdsa_der(std::string_view raw) {
  if (raw.size() != 2 * kHalf) return std::nullopt;
  Openssl<BIGNUM> r(BN_bin2bn(octets(raw), kHalf, nullptr));
  Openssl<BIGNUM> s(BN_bin2bn(octets(raw) + kHalf, kHalf, nullptr));
  const Openssl<ECDSA_SIG> signature(ECDSA_SIG_new());
  if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return std::nullopt;
  static_cast<void>(r.release());  // now the signature's
  static_cast<void>(s.release());
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (size <= 0) return std::nullopt;
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(signature.get(), &out);
  return der;
}

std::optional<std::string> ecdsa_raw(std::string_view der) {
  const ErrorMark mark;
  const unsigned char* at = octets(der);
  const Openssl<ECDSA_SIG> signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!signature) return std::nullopt;
  std::string raw(2 * kHalf, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, kHalf) != kHalf) return std::nullopt;
  if (BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + kHalf, kHalf) != kHalf) return std::nullopt;
  return raw;
}

}  // namespace polygate::auth
