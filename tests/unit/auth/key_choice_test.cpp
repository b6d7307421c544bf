// Threats T21 and T22: which key checks a token is never the token's choice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/auth/tokens.h"

namespace polygate::auth {
namespace {

using namespace test;  // NOLINT: the helpers of these tests
using testing::HasSubstr;

TEST(Threats, T21_APublicKeyIsNoSecret) {
  const auto ec = new_ec();
  for (const auto& pem : {rsa().open, ec.open, new_ed25519().open, rsa().secret, "\n" + rsa().open})
    EXPECT_THAT(problem_with("HS256", pem), HasSubstr("found a public or private key where HS256 needs a secret"));
  const auto der_end = rsa().open.rfind("\n-----END");
  std::string base64 = rsa().open.substr(27, der_end - 27);
  std::string der;
  for (const char c : base64) {
    if (c != '\n' && c != '=') der += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  const auto bytes = decode_base64url(der);
  ASSERT_TRUE(bytes);
  EXPECT_THAT(problem_with("HS256", *bytes), HasSubstr("found a public or private key"));
  EXPECT_THAT(problem_with("HS256", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE5 me@example.com"), HasSubstr("found a"));
  EXPECT_THAT(problem_with("HS256", R"({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrf"})"), HasSubstr("found a"));
}

TEST(Threats, T21_ATokenSignedWithThePublicKeyAsSecretIsRefused) {
  for (const auto& [algorithm, pem] : {std::pair<std::string, std::string>{"RS256", rsa().open},
                                       {"ES256", new_ec().open},
                                       {"EdDSA", new_ed25519().open}}) {
    const auto judge = verifier(algorithm, pem);
    // No library would sign like this; the attacker does, by hand.
    const Openssl<EVP_PKEY> raw(EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, nullptr, octets(pem), pem.size()));
    for (const auto& header : {std::string(R"({"alg":"HS256"})"), R"({"alg":")" + algorithm + "\"}"}) {
      const std::string text = base64url(header) + '.' + base64url(claims().dump());
      const Openssl<EVP_MD_CTX> context(EVP_MD_CTX_new());
      std::string code(32, '\0');
      std::size_t size = code.size();
      ASSERT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, raw.get()), 1);
      ASSERT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(code.data()), &size, octets(text),
                               text.size()),
                1);
      why_refused(*judge, text + '.' + base64url(code));
    }
  }
}

TEST(Threats, T21_OneKeyOneAlgorithm) {
  const std::string secret(64, 's');
  const auto judge = verifier("HS256", secret);
  EXPECT_EQ(why_refused(*judge, signed_token(claims(), Algorithm::hs512, secret)), "the header's alg is not the key's");
  EXPECT_EQ(why_refused(*judge, signed_token(claims(), Algorithm::rs256, rsa().secret)),
            "the header's alg is not the key's");
}

/// Two keys with ids and none without.
std::unique_ptr<const Verifier> two_keys() {
  const Json set = {{"keys",
                     {{{"kty", "oct"}, {"alg", "HS256"}, {"kid", "a"}, {"k", base64url(kSecret)}},
                      {{"kty", "oct"}, {"alg", "HS256"}, {"kid", "b"}, {"k", base64url(std::string(32, 'b'))}}}}};
  const TempFile file(set.dump());
  JwtSettings settings;
  settings.keys.resize(1);
  settings.keys[0].jwks = file.path();
  Diagnostics problems;
  auto made = verifier(settings, problems);
  EXPECT_TRUE(made) << problems.text();
  return made;
}

TEST(Threats, T22_AKidIsLookedUpExactlyAndNothingElse) {
  const auto judge = two_keys();
  expect_accepted(*judge, signed_token(claims(), Algorithm::hs256, kSecret, "a"));
  EXPECT_EQ(why_refused(*judge, signed_token(claims(), Algorithm::hs256, kSecret, "b")), "the signature is wrong");
  EXPECT_EQ(why_refused(*judge, signed_token(claims())), "the header has no kid, and all keys have ids");
  for (const Json& kid : {Json("../../etc/passwd"),
                          Json("/dev/null"),
                          Json("file:///etc/passwd"),
                          Json("' OR 1=1 --"),
                          Json("a' UNION SELECT 'x"),
                          Json("https://evil.example/jwks.json"),
                          Json("a\n"),
                          Json(std::string("a\0b", 3)),
                          Json(std::string("a\0", 2)),
                          Json("A"),
                          Json(" a"),
                          Json("a*"),
                          Json("$(id)"),
                          Json(""),
                          Json(std::string(65, 'a')),
                          Json(std::string(5000, 'a')),
                          Json(std::string(10'000, 'a')),
                          Json(0),
                          Json(nullptr),
                          Json::array({"a"}),
                          Json({{"a", "a"}})}) {
    SCOPED_TRACE(kid.dump().substr(0, 80));
    const Json header = {{"alg", "HS256"}, {"kid", kid}};
    why_refused(*judge, signed_raw(header.dump(), claims().dump()));
    why_refused(*judge, signed_raw(header.dump(), claims().dump(), std::string(1, '\0')));
  }
}

TEST(Threats, T22_AnUnnamedKeyIsNotForTokensThatNameOne) {
  EXPECT_EQ(why_refused(*hs256(), signed_token(claims(), Algorithm::hs256, kSecret, "x\"\n")),
            "no key has the id \"x\\\"\\n\"")
      << "what goes to the log is quoted";
}

TEST(Threats, T22_KeysThatATokenBringsAreIgnored) {
  const auto ed = new_ed25519();
  const Json jwk = {{"kty", "oct"}, {"k", base64url(std::string(32, 'e'))}, {"alg", "HS256"}};
  const auto judge = hs256();
  for (const auto& [header, value] : {std::pair<const char*, Json>{"jwk", jwk},
                                      {"jku", "https://evil.example/jwks.json"},
                                      {"jku", "file:///etc/passwd"},
                                      {"x5u", "https://evil.example/cert.pem"},
                                      {"x5c", Json::array({"MIIB"})},
                                      {"x5t", "abc"}}) {
    SCOPED_TRACE(header);
    const std::string head = Json({{"alg", "HS256"}, {header, value}}).dump();
    expect_accepted(*judge, signed_raw(head, claims().dump()));
    EXPECT_EQ(why_refused(*judge, signed_raw(head, claims().dump(), std::string(32, 'e'))), "the signature is wrong");
  }
}

}  // namespace
}  // namespace polygate::auth
