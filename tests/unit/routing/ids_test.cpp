#include "gateway/routing/ids.h"

#include <gtest/gtest.h>

#include "gateway/routing/secret_id.h"

namespace polygate {
namespace {

TEST(SessionId, IsNineteenCharactersAndComesBackTheSame) {
  for (const SessionId id : {SessionId{0, 0, 1}, SessionId{65535, 4294967295u, 18446744073709551615ull},
                             SessionId{3, 70'000, 0x0123456789abcdefull}}) {
    EXPECT_EQ(id.text().size(), 19u);
    EXPECT_EQ(SessionId::parse(id.text()), id);
  }
}

TEST(SessionId, HasOneTextOnly) {
  const std::string text = SessionId{1, 2, 3}.text();
  for (char last = '!'; last < 127; ++last) {
    std::string other = text;
    other.back() = last;
    const auto parsed = SessionId::parse(other);
    if (parsed) {
      EXPECT_EQ(parsed->text(), other);
    }
  }
}

TEST(SessionId, RefusesWhatIsNotInItsForm) {
  const std::string text = SessionId{1, 2, 3}.text();
  EXPECT_FALSE(SessionId::parse(""));
  EXPECT_FALSE(SessionId::parse(text.substr(1)));
  EXPECT_FALSE(SessionId::parse(text + "A"));
  EXPECT_FALSE(SessionId::parse(std::string(18, 'A') + "="));
  EXPECT_FALSE(SessionId::parse(std::string(18, 'A') + "+"));
  EXPECT_FALSE(SessionId::parse(std::string(19, '\0')));
}

TEST(SessionId, AnUnsetOneNamesNobody) {
  EXPECT_FALSE(SessionId{});
  EXPECT_TRUE((SessionId{0, 0, 1}));
}

TEST(SecretId, IsThirtyEightCharactersAndComesBackTheSame) {
  const SecretId id = SecretId::make(65535, 70'000);
  EXPECT_EQ(id.text().size(), 38u);
  EXPECT_EQ(SecretId::parse(id.text()), id);
  EXPECT_NE(SecretId::make(65535, 70'000), id);
}

TEST(SecretId, RefusesWhatIsNotInItsForm) {
  const std::string text = SecretId{1, 2, {3, 4}}.text();
  EXPECT_TRUE(SecretId::parse(text));
  EXPECT_FALSE(SecretId::parse(""));
  EXPECT_FALSE(SecretId::parse(text.substr(1)));
  EXPECT_FALSE(SecretId::parse(text + "A"));
  EXPECT_FALSE(SecretId::parse(text.substr(0, 37) + "="));
  EXPECT_FALSE(SecretId::parse(text.substr(0, 19) + SessionId{1, 3, 4}.text())) << "two halves of different places";
  EXPECT_FALSE(SecretId::parse(text.substr(0, 19) + SessionId{2, 2, 4}.text()));
}

}  // namespace
}  // namespace polygate
