#include "gateway/auth/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/auth/tokens.h"

namespace polygate::auth {
namespace {

TEST(StripScheme, TakesTheSchemeAwayInAnyCase) {
  EXPECT_EQ(strip_scheme("Bearer abc"), "abc");
  EXPECT_EQ(strip_scheme("bearer abc"), "abc");
  EXPECT_EQ(strip_scheme("BEARER  \tabc "), "abc");
  EXPECT_EQ(strip_scheme("Basic abc"), "abc");
  EXPECT_EQ(strip_scheme("basic\tdef "), "def");
}

TEST(StripScheme, LeavesABareTokenAlone) {
  for (const auto* text : {"", "abc", "bearer", "bearerabc", "basicabc", "Basi abc", "Digest abc", "Beare abc"}) {
    EXPECT_EQ(strip_scheme(text), text);
  }
}

TEST(StripScheme, GivesNothingWhenNothingFollows) {
  EXPECT_EQ(strip_scheme("Bearer "), "");
  EXPECT_EQ(strip_scheme("Basic "), "");
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
