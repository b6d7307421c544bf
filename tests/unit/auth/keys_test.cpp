// Keys from files, environment variables and JWK sets: what is loaded, and what is said of what is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <cstdlib>

#include "gateway/auth/jwk.h"
#include "tests/unit/auth/tokens.h"

namespace polygate::auth {
namespace {

using namespace test;  // NOLINT: the helpers of these tests
using testing::HasSubstr;

const std::string kX = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";  // RFC 7515, appendix A.3.1
const std::string kY = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const std::string kEd = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";  // RFC 8037, appendix A.2
const Json kEdKey = {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", kEd}, {"kid", "ed"}};
const Json kEcKey = {{"kty", "EC"}, {"crv", "P-256"}, {"x", kX}, {"y", kY}, {"kid", "ec"}};
const Json kOctKey = {{"kty", "oct"}, {"k", base64url(kSecret)}, {"alg", "HS256"}, {"kid", "oct"}};

std::string set_of(const std::vector<Json>& keys) {
  return Json{{"keys", keys}}.dump();
}

Json with(Json key, const Json& more) {
  key.update(more);
  return key;
}

Json without(Json key, const char* member) {
  key.erase(member);
  return key;
}

std::string certificate_of(const KeyPair& pair) {
  const Openssl<BIO> in(BIO_new_mem_buf(pair.secret.data(), static_cast<int>(pair.secret.size())));
  const Openssl<EVP_PKEY> key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  const Openssl<X509> certificate(X509_new());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 60);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const Openssl<BIO> out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate.get());
  return text_of(out.get());
}

TEST(Keys, ASecretMustBeAsLongAsItsHash) {
  EXPECT_THAT(problem_with("HS256", std::string(31, 's')),
              HasSubstr("the secret has 31 bytes, HS256 needs at least 32 (or allow_weak_secret: true)"));
  EXPECT_THAT(problem_with("HS512", std::string(63, 's')), HasSubstr("HS512 needs at least 64"));
  EXPECT_EQ(problem_with("HS256", std::string(32, 's')), "");
  EXPECT_EQ(problem_with("HS384", std::string(48, 's')), "");
}

TEST(Keys, AWeakSecretIsAcceptedWhenAskedFor) {
  JwtSettings settings;
  settings.allow_weak_secret = true;
  const auto judge = verifier("HS256", "my-secret", settings);
  expect_accepted(*judge, signed_raw(R"({"alg":"HS256"})", claims().dump(), "my-secret"));
}

TEST(Keys, TheLineEndAfterASecretInAFileIsNotPartOfIt) {
  for (const auto* end : {"", "\n", "\r\n"}) expect_accepted(*verifier("HS256", kSecret + end), signed_token(claims()));
}

TEST(Keys, ASecretComesFromTheEnvironment) {
  JwtSettings settings;
  settings.algorithm = "HS256";
  KeySource source;
  source.env = "POLYGATE_TEST_SECRET";
  settings.keys = {source};
  Diagnostics problems;
  ::unsetenv("POLYGATE_TEST_SECRET");
  EXPECT_EQ(verifier(settings, problems), nullptr);
  EXPECT_EQ(problems.items().at(0).message, "environment variable POLYGATE_TEST_SECRET: is not set");
  ::setenv("POLYGATE_TEST_SECRET", kSecret.c_str(), 1);
  Diagnostics none;
  expect_accepted(*verifier(settings, none), signed_token(claims()));
  ::unsetenv("POLYGATE_TEST_SECRET");
}

TEST(Keys, AMissingOrEmptyFileIsNamed) {
  KeySource source;
  source.file = "/nowhere/key.pem";
  EXPECT_EQ(read_key_text(source).failure().message, "/nowhere/key.pem: cannot be read: No such file or directory");
  source.file = testing::TempDir();
  EXPECT_THAT(read_key_text(source).failure().message, HasSubstr("Is a directory"));
  EXPECT_THAT(problem_with("HS256", ""), HasSubstr(": is empty"));
  EXPECT_THAT(problem_with("HS256", std::string(300'000, 's')), HasSubstr(": is larger than 262144 bytes"));
}

TEST(Keys, ExactlyOneSourceIsExpected) {
  KeySource source;
  EXPECT_THAT(load_keys(source, Algorithm::hs256, false).failure().message, HasSubstr("found 0 of them"));
  source.env = "A";
  source.file = "b";
  EXPECT_THAT(load_keys(source, Algorithm::hs256, false).failure().message, HasSubstr("found 2 of them"));
}

TEST(Keys, AllProblemsOfTheSettingsAreReportedAtOnce) {
  JwtSettings settings;
  settings.leeway = 31;
  settings.max_age = -1;
  settings.user_claim = "";
  Diagnostics problems;
  EXPECT_EQ(verifier(settings, problems), nullptr);
  EXPECT_EQ(problems.size(), 4u) << problems.text();
  EXPECT_EQ(problems.items()[0].place.line, 3);
}

TEST(Keys, AMisspeltAlgorithmGetsAHint) {
  JwtSettings settings;
  settings.algorithm = "HS265";
  Diagnostics problems;
  EXPECT_EQ(verifier(settings, problems), nullptr);
  EXPECT_THAT(problems.items().at(0).message, HasSubstr("unknown algorithm `HS265`"));
  EXPECT_THAT(problems.items().at(0).hint, HasSubstr("HS256"));
}

TEST(Keys, TheTypeMustFitTheAlgorithm) {
  EXPECT_THAT(problem_with("RS256", new_ec().open),
              HasSubstr("found a key of type EC (prime256v1), RS256 needs an RSA"));
  EXPECT_THAT(problem_with("RS256", new_rsa(1024).open), HasSubstr("RSA (1024 bits)"));
  EXPECT_THAT(problem_with("ES256", new_ec("P-384").open), HasSubstr("EC (secp384r1)"));
  EXPECT_THAT(problem_with("EdDSA", rsa().open), HasSubstr("EdDSA needs an Ed25519 key"));
}

TEST(Keys, ACertificateIsAPublicKey) {
  const auto ec = new_ec();
  expect_accepted(*verifier("ES256", certificate_of(ec)), signed_token(claims(), Algorithm::es256, ec.secret));
}

TEST(Keys, PrivateAndSeveralAndDamagedPemTextsAreRefused) {
  const auto ed = new_ed25519();
  EXPECT_THAT(problem_with("EdDSA", ed.secret), HasSubstr("found a private key"));
  EXPECT_THAT(problem_with("EdDSA", ed.open + ed.open), HasSubstr("found 2 PEM blocks, expected one key"));
  EXPECT_THAT(problem_with("EdDSA", ed.open.substr(0, 60)), HasSubstr("damaged"));
  EXPECT_THAT(problem_with("EdDSA", "x"), HasSubstr("found no PEM text"));
}

TEST(Jwks, KeysOfEveryTypeAreLoaded) {
  const auto keys = read_jwks(set_of({kEdKey, kEcKey, kOctKey}), {}, false);
  ASSERT_TRUE(keys) << keys.failure().message;
  ASSERT_EQ(keys->size(), 3u);
  EXPECT_EQ((*keys)[0].algorithm(), Algorithm::eddsa);
  EXPECT_EQ((*keys)[1].algorithm(), Algorithm::es256);
  EXPECT_EQ((*keys)[2].algorithm(), Algorithm::hs256);
  EXPECT_EQ((*keys)[1].id(), "ec");
}

TEST(Jwks, KeysForOtherUsesArePassedOver) {
  const auto keys = read_jwks(
      set_of({with(kEcKey, {{"use", "enc"}}), with(kEcKey, {{"alg", "ES512"}}), with(kEcKey, {{"crv", "P-384"}}),
              with(kEdKey, {{"kty", "AKP"}}), with(kEdKey, {{"key_ops", {"sign"}}}), with(kEdKey, {{"use", "sig"}})}),
      {}, false);
  ASSERT_TRUE(keys) << keys.failure().message;
  EXPECT_EQ(keys->size(), 1u);
}

TEST(Jwks, ASetWithoutAUsableKeyIsRefusedSayingWhy) {
  EXPECT_EQ(problem_with("RS256", set_of({kEdKey}), true).substr(testing::TempDir().size() + 57),
            ": no key here can check signatures; keys[0]: alg EdDSA is not RS256\n");
  EXPECT_THAT(problem_with("", set_of({}), true), HasSubstr("no key here can check signatures"));
}

TEST(Jwks, BadSetsAreRefusedSayingWhichKey) {
  const auto problem = [](const std::vector<Json>& keys) { return problem_with("", set_of(keys), true); };
  EXPECT_THAT(problem({kEdKey, kEdKey}), HasSubstr("a second key with the id \"ed\""));
  EXPECT_THAT(problem({kEdKey, with(kEcKey, {{"y", kX}})}), HasSubstr("keys[1]: the public key is missing, damaged"));
  EXPECT_THAT(problem({with(kEcKey, {{"x", kX.substr(4)}})}), HasSubstr("keys[0]: the public key is missing, damaged"));
  EXPECT_THAT(problem({with(kEdKey, {{"x", kEd + "="}})}), HasSubstr("the public key is missing, damaged"));
  EXPECT_THAT(problem({without(kEdKey, "x")}), HasSubstr("the public key is missing, damaged"));
  EXPECT_THAT(problem({with(kEdKey, {{"d", "secret"}})}), HasSubstr("this is a private key"));
  EXPECT_THAT(problem({without(kOctKey, "alg")}), HasSubstr("an oct key needs an alg"));
  EXPECT_THAT(problem({with(kOctKey, {{"k", "c2hvcnQ"}})}), HasSubstr("the secret has 5 bytes"));
  EXPECT_THAT(problem({with(kEcKey, {{"alg", "HS256"}})}), HasSubstr("alg HS256 does not fit kty EC"));
  EXPECT_THAT(problem({with(kEdKey, {{"kid", 7}})}), HasSubstr("kid must be a string of 1 to 64 bytes"));
  EXPECT_THAT(problem({with(kEdKey, {{"kid", std::string(65, 'k')}})}), HasSubstr("kid must be"));
  EXPECT_THAT(problem({without(kEdKey, "kty")}), HasSubstr("kty is missing"));
  EXPECT_THAT(problem({"text"}), HasSubstr("keys[0]: not an object"));
  EXPECT_THAT(problem(std::vector<Json>(33, kEdKey)), HasSubstr("found 33 keys, at most 32"));
  EXPECT_THAT(problem_with("", kEdKey.dump(), true), HasSubstr("expected a JWK set"));
  EXPECT_THAT(problem_with("", "not JSON", true), HasSubstr("not valid JSON"));
  EXPECT_THAT(problem_with("", R"({"keys":[],"keys":[]})", true), HasSubstr("duplicate key"));
}

TEST(Jwks, RsaKeysMustHave2048Bits) {
  const Json weak = {{"kty", "RSA"}, {"n", base64url(std::string(128, '\xf1'))}, {"e", "AQAB"}};
  EXPECT_THAT(problem_with("", set_of({weak}), true), HasSubstr("RSA (1024 bits)"));
  const Json unsound = {{"kty", "RSA"}, {"n", base64url(std::string(256, '\xf1'))}, {"e", "AQ"}};
  EXPECT_THAT(problem_with("", set_of({unsound}), true), HasSubstr("damaged or unsound"));
}

TEST(Jwks, TheSettingsAlgorithmServesOctKeysWithoutOne) {
  EXPECT_EQ(problem_with("HS256", set_of({without(kOctKey, "alg")}), true), "");
}

}  // namespace
}  // namespace polygate::auth
