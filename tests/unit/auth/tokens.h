#pragma once
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/auth/jwt.h"
#include "gateway/auth/openssl.h"
#include "gateway/auth/sign.h"
#include "gateway/auth/verifiers.h"
#include "gateway/base/base64.h"

/// Keys, tokens and verifiers for the tests of this room.
namespace polygate::auth::test {

inline constexpr double kNow = 1'800'000'000;
inline const std::string kSecret = "a secret of more than thirty-two bytes, for tests";

/// A file that lives as long as this object.
class TempFile {
 public:
  explicit TempFile(std::string_view text) : path_(testing::TempDir() + "polygate-auth-" + random_token()) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TempFile() { std::remove(path_.c_str()); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Both halves of a fresh key, as PEM.
struct KeyPair {
  std::string secret;
  std::string open;
};

inline std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return std::string(bytes, static_cast<std::size_t>(size));
}

inline KeyPair pem_of(EVP_PKEY* key) {
  const Openssl<BIO> secret(BIO_new(BIO_s_mem()));
  const Openssl<BIO> open(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(secret.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PUBKEY(open.get(), key);
  return {text_of(secret.get()), text_of(open.get())};
}

inline KeyPair new_rsa(unsigned bits = 2048) {
  return pem_of(Openssl<EVP_PKEY>(EVP_RSA_gen(bits)).get());
}
inline KeyPair new_ec(const char* curve = "P-256") {
  return pem_of(Openssl<EVP_PKEY>(EVP_EC_gen(curve)).get());
}
inline KeyPair new_ed25519() {
  return pem_of(Openssl<EVP_PKEY>(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")).get());
}

/// Making an RSA key takes long: one serves all tests.
inline const KeyPair& rsa() {
  static const KeyPair pair = new_rsa();
  return pair;
}

inline Json claims(const Json& more = Json::object()) {
  Json all = {{"sub", "ann"}, {"exp", kNow + 60}};
  all.update(more);
  return all;
}

inline std::string signed_token(const Json& payload, Algorithm algorithm = Algorithm::hs256, std::string key = kSecret,
                                std::string id = {}) {
  auto token = sign_jwt(payload, {.algorithm = algorithm, .key = std::move(key), .id = std::move(id)});
  EXPECT_TRUE(token) << token.failure().message;
  return token ? *token : std::string();
}

/// A correctly signed token (HS256, kSecret) with exactly these header and payload bytes.
inline std::string signed_raw(std::string_view header, std::string_view payload, const std::string& secret = kSecret) {
  const std::string text = base64url(header) + '.' + base64url(payload);
  const auto hmac = Hmac::make(Algorithm::hs256, secret, true);
  return text + '.' + base64url(hmac->sign(text));
}

inline std::unique_ptr<const Verifier> verifier(JwtSettings settings, Diagnostics& problems) {
  return make_jwt_verifier("users", std::move(settings), {"gateway.yaml", 3, 5, 0}, problems);
}

/// A verifier of `algorithm` with one key of these bytes; `settings` may say more.
inline std::unique_ptr<const Verifier> verifier(std::string algorithm, std::string_view key,
                                                JwtSettings settings = {}) {
  const TempFile file(key);
  settings.algorithm = std::move(algorithm);
  KeySource source;
  source.file = file.path();
  settings.keys = {source};
  Diagnostics problems;
  auto made = verifier(std::move(settings), problems);
  EXPECT_TRUE(problems.empty()) << problems.text();
  return made;
}

inline std::unique_ptr<const Verifier> hs256(JwtSettings settings = {}) {
  return verifier("HS256", kSecret, std::move(settings));
}

/// The messages of what make_jwt_verifier finds wrong with this key, joined by lines; empty if nothing.
inline std::string problem_with(std::string algorithm, std::string_view key, bool jwks = false) {
  const TempFile file(key);
  JwtSettings settings;
  settings.algorithm = std::move(algorithm);
  KeySource source;
  (jwks ? source.jwks : source.file) = file.path();
  settings.keys = {source};
  Diagnostics problems;
  const auto made = verifier(settings, problems);
  EXPECT_EQ(made == nullptr, !problems.empty());
  std::string text;
  for (const auto& item : problems.items()) text += item.message + '\n';
  return text;
}

/// Expects the one refusal that clients see, and gives the reason that the log sees.
inline std::string why_refused(const Verifier& judge, std::string_view token, double now = kNow) {
  std::string why;
  const auto verdict = judge.verify(token, now, &why);
  EXPECT_FALSE(verdict) << "accepted: " << token;
  if (verdict) return "accepted";
  EXPECT_EQ(verdict.failure().reason, Reason::unauthenticated);
  EXPECT_EQ(verdict.failure().message, "Invalid token");
  EXPECT_FALSE(why.empty());
  return why;
}

inline void expect_accepted(const Verifier& judge, std::string_view token, double now = kNow) {
  std::string why;
  EXPECT_TRUE(judge.verify(token, now, &why)) << why;
}

}  // namespace polygate::auth::test
