#include "gateway/auth/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/auth/tokens.h"

namespace polygate::auth {
namespace {

TEST(StripBearer, TakesTheSchemeAwayInAnyCase) {
  EXPECT_EQ(strip_bearer("Bearer abc"), "abc");
  EXPECT_EQ(strip_bearer("bearer abc"), "abc");
  EXPECT_EQ(strip_bearer("BEARER  \tabc "), "abc");
}

TEST(StripBearer, LeavesABareTokenAlone) {
  for (const auto* text : {"", "abc", "bearer", "bearerabc", "Basic abc", "Beare abc"}) {
    EXPECT_EQ(strip_bearer(text), text);
  }
}

TEST(StripBearer, GivesNothingWhenNothingFollows) {
  EXPECT_EQ(strip_bearer("Bearer "), "");
}

TEST(Verifiers, FindsByExactName) {
  Verifiers verifiers;
  EXPECT_TRUE(verifiers.add("users", test::hs256()));
  EXPECT_TRUE(verifiers.add("agents", test::hs256()));
  EXPECT_FALSE(verifiers.add("users", test::hs256()));
  EXPECT_NE(verifiers.find("users"), nullptr);
  EXPECT_EQ(verifiers.find("Users"), nullptr);
  EXPECT_THAT(verifiers.names(), testing::ElementsAre("agents", "users"));
}

}  // namespace
}  // namespace polygate::auth
