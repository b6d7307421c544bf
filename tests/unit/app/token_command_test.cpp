#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "gateway/app/config.h"
#include "gateway/app/token_command.h"
#include "gateway/auth/jwt.h"
#include "gateway/auth/openssl.h"
#include "gateway/auth/token_file.h"
#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Ran;
using test::Workspace;
using testing::HasSubstr;

class Token : public testing::Test {
 protected:
  Ran run(std::vector<std::string> more) const {
    std::vector<std::string> words = {"token", "-c", workspace.path("gateway.yaml")};
    words.insert(words.end(), more.begin(), more.end());
    return workspace.run(words);
  }
  /// Whom the configuration's verifier takes it for, at `at`.
  auth::IdentityPtr verify(std::string token, double at) const {
    Diagnostics diagnostics;
    const auto config = read_config(workspace.path("gateway.yaml"), {}, diagnostics);
    if (!config) return nullptr;
    const JwtConfig& jwt = config->jwt.front();
    const auto verifier = auth::make_jwt_verifier(jwt.name, jwt.settings, jwt.place, diagnostics);
    if (!token.empty()) token.pop_back();  // the line's end
    auto identity = verifier->verify(token, at);
    return identity ? *identity : nullptr;
  }
  Workspace workspace;
  double now = SystemClock().unix_seconds();
};

std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

TEST_F(Token, IsOneThatTheVerifierAccepts) {
  const Ran ran = run({"people", "--user", "ann", "--claim", "colour=red", "--claim", "level=3"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const auto identity = verify(ran.out, now);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->user, "ann");
  EXPECT_EQ(identity->claims["colour"], "red");
  EXPECT_EQ(identity->claims["level"], 3);
  EXPECT_EQ(identity->claims["iss"], "tests");
}

TEST_F(Token, LivesAsLongAsItWasTold) {
  const Ran ran = run({"people", "--user", "ann", "--ttl", "10m"});
  EXPECT_TRUE(verify(ran.out, now + 590));
  EXPECT_FALSE(verify(ran.out, now + 700));
}

TEST_F(Token, WithAPrivateKeyForAPublicOne) {
  const auth::Openssl<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const auth::Openssl<BIO> secret(BIO_new(BIO_s_mem()));
  const auth::Openssl<BIO> open(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PUBKEY(open.get(), key.get());
  workspace.write("open.pem", text_of(open.get()));
  const std::string file = workspace.write("secret.pem", text_of(secret.get()));
  workspace.write("gateway.yaml",
                  "profiles: [p]\nverifiers: {people: {jwt: {algorithm: EdDSA, key: {file: open.pem}}}}\n");
  const Ran ran = run({"people", "--user", "ann", "--private-key", file});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(verify(ran.out, now));
  const Ran without = run({"people", "--user", "ann"});
  EXPECT_EQ(without.code, 2);
  EXPECT_THAT(without.err, HasSubstr("--private-key"));
}

TEST_F(Token, IsNotPrintedWhenTheVerifierWouldRefuseIt) {
  const Ran ran = run({"people", "--user", "ann", "--claim", "iss=others"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("verifier `people` would refuse this token: "));
}

TEST_F(Token, OpaqueOnesComeWithTheFormToStore) {
  const Ran ran = workspace.run({"token", "--opaque", "--format", "json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const Json made = Json::parse(ran.out);
  EXPECT_EQ(auth::hashed_token(made["token"].get<std::string>()), made["stored"]);
  EXPECT_NE(workspace.run({"token", "--opaque"}).out, workspace.run({"token", "--opaque"}).out);
}

TEST_F(Token, CannotBeMadeForNobodyOrByNobody) {
  const Ran nobody = run({"people"});
  EXPECT_EQ(nobody.code, 2);
  EXPECT_THAT(nobody.err, HasSubstr("Give --user"));
  const Ran unknown = run({"peopel", "--user", "ann"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean `people`?"));
  EXPECT_EQ(run({}).code, 2);
  EXPECT_EQ(run({"people", "--opaque"}).code, 2);
  EXPECT_EQ(run({"people", "--user", "ann", "--ttl", "10"}).code, 2);
  EXPECT_EQ(run({"people", "--user", "ann", "--claim", "x"}).code, 2);
}

TEST_F(Token, NeedsAConfigurationThatIsRight) {
  workspace.write("gateway.yaml", "profiles: 3\n");
  EXPECT_EQ(run({"people", "--user", "ann"}).code, 78);
}

}  // namespace
}  // namespace polygate::app
