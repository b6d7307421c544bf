#include "gateway/auth/sign.h"

#include <gtest/gtest.h>

#include "gateway/auth/ecdsa.h"
#include "tests/unit/auth/tokens.h"

namespace polygate::auth {
namespace {

using namespace test;  // NOLINT: the helpers of these tests

TEST(SignJwt, MakesTokensThatTheVerifierOfTheSameKeyAccepts) {
  const std::string long_secret(64, 'k');
  for (const auto algorithm : {Algorithm::hs256, Algorithm::hs384, Algorithm::hs512}) {
    expect_accepted(*verifier(std::string(name(algorithm)), long_secret),
                    signed_token(claims(), algorithm, long_secret));
  }
  const auto ec = new_ec();
  const auto ed = new_ed25519();
  expect_accepted(*verifier("RS256", rsa().open), signed_token(claims(), Algorithm::rs256, rsa().secret));
  expect_accepted(*verifier("ES256", ec.open), signed_token(claims(), Algorithm::es256, ec.secret));
  expect_accepted(*verifier("EdDSA", ed.open), signed_token(claims(), Algorithm::eddsa, ed.secret));
}

TEST(SignJwt, RefusesKeysThatDoNotFit) {
  const auto problem = [](Algorithm algorithm, const std::string& key) {
    const auto token = sign_jwt(claims(), {.algorithm = algorithm, .key = key});
    return token ? std::string("accepted") : token.failure().message;
  };
  EXPECT_EQ(problem(Algorithm::hs256, "short"),
            "the secret has 5 bytes, HS256 needs at least 32 (or allow_weak_secret: true)");
  EXPECT_EQ(problem(Algorithm::rs256, kSecret), "found no PEM text, expected \"-----BEGIN ...\"");
  EXPECT_EQ(problem(Algorithm::es256, new_ed25519().secret),
            "found a key of type ED25519, ES256 needs an EC key on P-256 (prime256v1)");
  EXPECT_EQ(problem(Algorithm::eddsa, new_ed25519().open),
            "the PEM text is damaged, encrypted or holds no private key");
}

TEST(SignJwt, RefusesClaimsThatNoVerifierCouldRead) {
  const SignSettings settings{.key = kSecret};
  EXPECT_EQ(sign_jwt(Json::array(), settings).failure().message, "the claims are not an object");
  EXPECT_EQ(sign_jwt({{"sub", "\xff"}}, settings).failure().message, "the claims are not UTF-8");
  EXPECT_FALSE(sign_jwt({{"sub", std::string(9000, 'a')}}, settings));
}

TEST(SignJwt, PadsEs256SignaturesTo64Bytes) {
  const auto ec = new_ec();
  const auto judge = verifier("ES256", ec.open);
  for (int i = 0; i < 300; ++i) {  // about one signature in 128 has a half with a leading zero byte
    const auto token = signed_token(claims({{"i", i}}), Algorithm::es256, ec.secret);
    EXPECT_EQ(decode_base64url(token.substr(token.rfind('.') + 1))->size(), 64u);
    expect_accepted(*judge, token);
  }
}

TEST(Ecdsa, RawAndDerAreTheSameSignature) {
  std::string raw(64, '\0');
  raw[31] = 1;
  raw[32] = '\x80';
  const auto der = ecdsa_der(raw);
  ASSERT_TRUE(der);
  EXPECT_EQ(ecdsa_raw(*der), raw);
  EXPECT_EQ(ecdsa_der(raw.substr(1)), std::nullopt);
  EXPECT_EQ(ecdsa_der(raw + 'x'), std::nullopt);
  EXPECT_EQ(ecdsa_raw("no DER"), std::nullopt);
}

TEST(RandomToken, HasTheBitsOfAKey) {
  const auto token = random_token();
  EXPECT_EQ(decode_base64url(token)->size(), 32u);
  EXPECT_NE(token, random_token());
}

}  // namespace
}  // namespace polygate::auth
