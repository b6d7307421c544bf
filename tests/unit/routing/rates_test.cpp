#include "gateway/routing/rates.h"

#include <gtest/gtest.h>

namespace polygate {
namespace {

class RatesTest : public testing::Test {
 protected:
  std::int64_t charge(const std::string& key, Rate rate, std::size_t most_keys = 10) {
    return rates.charge({"table", key, rate, most_keys}, now).count();
  }
  std::size_t allowed(const std::string& key, Rate rate) {
    std::size_t count = 0;
    while (charge(key, rate) == 0) ++count;
    return count;
  }

  Rates rates;
  Instant now{Millis(1'000'000)};
};

TEST_F(RatesTest, AsManyAtOnceAndThenOneForEachShareOfTheTime) {
  const Rate rate{10, Millis(60'000)};
  EXPECT_EQ(allowed("a", rate), 10U);
  EXPECT_EQ(charge("a", rate), 6'000);
  now += Millis(5'999);
  EXPECT_EQ(charge("a", rate), 1);
  now += Millis(1);
  EXPECT_EQ(allowed("a", rate), 1U);
  now += Millis(12'000);
  EXPECT_EQ(allowed("a", rate), 2U);
  now += Millis(3'600'000);
  EXPECT_EQ(allowed("a", rate), 10U);
}

TEST_F(RatesTest, CountsThatDoNotDivideTheTimeAreExact) {
  for (const std::uint32_t count : {1U, 3U, 7U, 999U, 100'000U}) {
    EXPECT_EQ(allowed(std::to_string(count), {count, Millis(1'000)}), count);
  }
}

TEST_F(RatesTest, KeysAndTablesAreCountedApart) {
  const Rate rate{2, Millis(1'000)};
  EXPECT_EQ(allowed("a", rate), 2U);
  EXPECT_EQ(allowed("b", rate), 2U);
  EXPECT_EQ(rates.charge({"other", "a", rate, 10}, now).count(), 0);
  EXPECT_EQ(rates.size(), 3U);
}

TEST_F(RatesTest, OneKeyTooManyForgetsTheOneUsedLongestAgo) {
  const Rate once{1, Millis(1'000)};
  EXPECT_EQ(charge("a", once, 2), 0);
  EXPECT_EQ(charge("b", once, 2), 0);
  EXPECT_EQ(charge("a", once, 2), 1'000);  // refused: that is no use
  EXPECT_EQ(charge("c", once, 2), 0);      // a is forgotten
  EXPECT_EQ(charge("b", once, 2), 1'000);
  EXPECT_EQ(charge("a", once, 2), 0);
  EXPECT_EQ(rates.size(), 2U);
}

TEST_F(RatesTest, AKeyIsHeldNoLongerThanItMatters) {
  const Rate rate{5, Millis(1'000)};
  for (int i = 0; i < 100; ++i) charge(std::to_string(i), rate, 1'000);
  EXPECT_EQ(rates.size(), 100U);
  now += Millis(200);  // each of them is as good as new
  for (int i = 0; i < 50; ++i) charge("again", rate, 1'000);
  EXPECT_EQ(rates.size(), 1U);
}

}  // namespace
}  // namespace polygate
