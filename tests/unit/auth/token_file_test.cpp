#include "gateway/auth/token_file.h"

#include <gtest/gtest.h>

#include "tests/unit/auth/tokens.h"

namespace polygate::auth {
namespace {

using test::kNow;
using test::why_refused;

const std::string kAgent = "0b8f8a6e-50a4-4b9a-9c1d-6f4f0f6c2b11";

std::unique_ptr<const Verifier> tokens(const std::vector<TokenEntry>& entries) {
  Diagnostics problems;
  auto made = make_token_verifier("agents", entries, problems);
  EXPECT_TRUE(problems.empty()) << problems.text();
  return made;
}

std::string problem_with(const std::vector<TokenEntry>& entries) {
  Diagnostics problems;
  EXPECT_EQ(make_token_verifier("agents", entries, problems), nullptr);
  EXPECT_EQ(problems.size(), 1u);
  return problems.empty() ? "" : problems.items()[0].message;
}

TEST(TokenVerifier, GivesTheIdentityOfATokenInTheFile) {
  const auto judge =
      tokens({{kAgent, "agent-1", {{"owner", "ann"}}, kNow + 5, {}}, {"other", "agent-2", Json::object(), {}, {}}});
  const auto identity = judge->verify(kAgent, kNow);
  ASSERT_TRUE(identity);
  EXPECT_EQ((*identity)->user, "agent-1");
  EXPECT_EQ((*identity)->verifier, "agents");
  EXPECT_EQ((*identity)->claims, Json({{"owner", "ann"}}));
  EXPECT_EQ((*identity)->expires, kNow + 5);
}

TEST(TokenVerifier, RefusesATokenFromTheSecondOfItsEnd) {
  const auto judge = tokens({{kAgent, "agent-1", Json::object(), kNow + 5, {}}});
  EXPECT_TRUE(judge->verify(kAgent, kNow + 4.999));
  EXPECT_EQ(why_refused(*judge, kAgent, kNow + 5), "the token has expired");
}

TEST(TokenVerifier, RefusesWhatIsNotInTheFile) {
  const auto judge = tokens({{kAgent, "agent-1", Json::object(), {}, {}}});
  for (const auto& token :
       {std::string(), kAgent + "x", kAgent.substr(1), " " + kAgent, kAgent + "\n",
        std::string("0B8F8A6E-50A4-4B9A-9C1D-6F4F0F6C2B11"), std::string(10'000, 'a'), kAgent + std::string(1, '\0')}) {
    why_refused(*judge, token);
  }
}

TEST(TokenVerifier, AcceptsHashesInPlaceOfTokens) {
  const std::string hash = hashed_token(kAgent);
  EXPECT_EQ(hashed_token("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const auto judge = tokens({{hash, "agent-1", Json::object(), {}, {}}});
  EXPECT_TRUE(judge->verify(kAgent, kNow));
  EXPECT_EQ(why_refused(*judge, hash), "no such token") << "a stolen hash is not a token";
}

TEST(TokenVerifier, RefusesBadEntriesAndSaysWhere) {
  EXPECT_EQ(problem_with({{"", "a", Json::object(), {}, {}}}), "the token has 0 bytes, expected 1 to 8192");
  EXPECT_EQ(problem_with({{"sha256:12", "a", Json::object(), {}, {}}}), "expected 64 hex digits after sha256:");
  EXPECT_EQ(problem_with({{"two words", "a", Json::object(), {}, {}}}),
            "the token holds spaces or characters that are not printable ASCII");
  EXPECT_EQ(problem_with({{"t", "", Json::object(), {}, {}}}),
            "user must have 1 to 256 bytes and no control characters");
  EXPECT_EQ(problem_with({{"t", "a", Json::array(), {}, {}}}), "claims must be a mapping");
  EXPECT_EQ(problem_with({{"t", "a", Json::object(), -1, {}}}), "expires must be unix seconds, not negative");
  EXPECT_EQ(problem_with({{"t", "a", Json::object(), {}, {}}, {hashed_token("t"), "b", Json::object(), {}, {}}}),
            "the token is listed twice");
}

}  // namespace
}  // namespace polygate::auth
