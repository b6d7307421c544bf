#include "gateway/auth/jwt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <thread>

#include "gateway/auth/jwk.h"
#include "tests/unit/auth/tokens.h"

namespace polygate::auth {
namespace {

using namespace test;  // NOLINT: the helpers of these tests
using testing::HasSubstr;

/// Whether the only key of the set signed `token`.
bool signed_by(const std::string& jwk, const std::string& token) {
  const auto keys = read_jwks("{\"keys\":[" + jwk + "]}", {}, false);
  EXPECT_TRUE(keys) << keys.failure().message;
  const auto dot = token.rfind('.');
  return keys && keys->front().verify(token.substr(0, dot), *decode_base64url(token.substr(dot + 1)));
}

const std::string kJoe =
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";

TEST(Jwt, KnowsTheHs256TokenOfRfc7515AppendixA1) {
  JwtSettings settings;
  settings.user_claim = "iss";
  const auto secret =
      decode_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  const auto judge = verifier("HS256", *secret, settings);
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" + kJoe + "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const auto identity = judge->verify(token, 1300819379);
  ASSERT_TRUE(identity);
  EXPECT_EQ((*identity)->user, "joe");
  EXPECT_EQ((*identity)->claims["http://example.com/is_root"], true);
  EXPECT_EQ(why_refused(*judge, token, 1300819380), "expired 0 s ago");
}

TEST(Jwt, KnowsTheRs256TokenOfRfc7515AppendixA2) {
  const std::string n =
      "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-"
      "pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2Cap"
      "Hg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h"
      "4FRWyuXpoQ";
  const std::string signature =
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr"
      "7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--x"
      "i12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_Ioyp"
      "GlUPQGe77Rw";
  EXPECT_TRUE(signed_by(R"({"kty":"RSA","e":"AQAB","n":")" + n + "\"}", "eyJhbGciOiJSUzI1NiJ9" + kJoe + signature));
}

TEST(Jwt, KnowsTheEs256TokenOfRfc7515AppendixA3) {
  const std::string jwk = R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                          R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
  EXPECT_TRUE(
      signed_by(jwk, "eyJhbGciOiJFUzI1NiJ9" + kJoe +
                         "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"));
}

TEST(Jwt, KnowsTheEd25519TokenOfRfc8037AppendixA4) {
  EXPECT_TRUE(signed_by(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
                        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3"
                        "AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"));
}

TEST(Jwt, GivesAllClaimsWhenNoneAreMapped) {
  const auto payload = claims({{"role", "admin"}, {"nested", {{"list", {1, 2.5, nullptr}}}}});
  const auto identity = hs256()->verify(signed_token(payload), kNow);
  ASSERT_TRUE(identity);
  EXPECT_EQ((*identity)->user, "ann");
  EXPECT_EQ((*identity)->verifier, "users");
  EXPECT_EQ((*identity)->claims, payload);
  EXPECT_EQ((*identity)->expires, kNow + 60);
}

TEST(Jwt, MapsClaimsByNameAndByPath) {
  JwtSettings settings;
  settings.claims = {{"roles", "realm.access.roles"}, {"site", "https://example.com/site"}, {"absent", "realm.none"}};
  const auto identity = hs256(settings)->verify(
      signed_token(claims({{"realm", {{"access", {{"roles", {"a"}}}}}}, {"https://example.com/site", "s"}})), kNow);
  ASSERT_TRUE(identity);
  EXPECT_EQ((*identity)->claims, Json({{"roles", {"a"}}, {"site", "s"}}));
}

TEST(Jwt, TakesUserAndEndFromTheClaimsOfOlderIssuers) {
  JwtSettings settings;
  settings.user_claim = "id";
  settings.expires_claim = "expiration";
  const auto judge = hs256(settings);
  const auto identity = judge->verify(signed_token({{"id", 17}, {"expiration", kNow + 1}}), kNow);
  ASSERT_TRUE(identity);
  EXPECT_EQ((*identity)->user, "17");
  EXPECT_EQ(why_refused(*judge, signed_token({{"id", 17}, {"expiration", kNow}})), "expired 0 s ago");
  EXPECT_EQ(why_refused(*judge, signed_token({{"id", 17}, {"exp", kNow + 1}})), "expiration is missing");
}

TEST(Jwt, EndsWhenTheVerifierWouldBeginToRefuse) {
  JwtSettings settings;
  settings.leeway = 30;
  settings.max_age = 3600;
  const auto judge = hs256(settings);
  EXPECT_EQ((*judge->verify(signed_token(claims({{"iat", kNow}})), kNow))->expires, kNow + 90);
  EXPECT_EQ((*judge->verify(signed_token(claims({{"iat", kNow - 3600}})), kNow))->expires, kNow + 30);
}

TEST(Jwt, ChecksTheTypeWhenAskedTo) {
  JwtSettings settings;
  settings.type = "at+jwt";
  const auto judge = hs256(settings);
  EXPECT_EQ(why_refused(*judge, signed_token(claims())), "the header's typ is not at+jwt");
  EXPECT_EQ(why_refused(*judge, signed_raw(R"({"alg":"HS256"})", claims().dump())), "the header's typ is not at+jwt");
  for (const auto* type : {"at+jwt", "AT+JWT", "application/at+jwt"})
    expect_accepted(*judge, *sign_jwt(claims(), {.key = kSecret, .type = type}));
}

TEST(Jwt, TwoSecretsLiveSideBySideWhileOneIsReplaced) {
  const std::string next = "the next secret, also of more than thirty-two bytes";
  const TempFile first(kSecret);
  const TempFile second(next);
  JwtSettings settings;
  settings.algorithm = "HS256";
  settings.keys.resize(2);
  settings.keys[0].file = first.path();
  settings.keys[1].file = second.path();
  settings.keys[1].stamp = {{"device", true}};
  Diagnostics problems;
  const auto judge = verifier(settings, problems);
  ASSERT_TRUE(judge) << problems.text();
  const auto old = judge->verify(signed_token(claims({{"device", false}})), kNow);
  const auto young = judge->verify(signed_token(claims({{"device", false}}), Algorithm::hs256, next), kNow);
  ASSERT_TRUE(old && young);
  EXPECT_EQ((*old)->claims["device"], false);
  EXPECT_EQ((*young)->claims["device"], true) << "what the key says outweighs what the token says";
  EXPECT_EQ(why_refused(*judge, signed_token(claims(), Algorithm::hs256, std::string(32, 'x'))),
            "the signature is wrong");
}

TEST(Jwt, MayBeAskedByManyThreadsAtOnce) {
  const auto hmac = hs256();
  const auto rs256 = verifier("RS256", rsa().open);
  const auto hmac_token = signed_token(claims());
  const auto rsa_token = signed_token(claims(), Algorithm::rs256, rsa().secret);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        expect_accepted(*hmac, hmac_token);
        expect_accepted(*rs256, rsa_token);
        why_refused(*rs256, hmac_token);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(Jwt, LeavesTheErrorQueueOfTlsAlone) {
  const auto judge = verifier("RS256", rsa().open);
  ERR_clear_error();
  auto token = signed_token(claims(), Algorithm::rs256, rsa().secret);
  token[token.size() - 10] = token[token.size() - 10] == 'A' ? 'B' : 'A';
  why_refused(*judge, token);
  problem_with("RS256", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
  EXPECT_EQ(ERR_peek_error(), 0u);
}

}  // namespace
}  // namespace polygate::auth
