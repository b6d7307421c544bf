#include "gateway/net/deadlines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polygate::net {
namespace {

class DeadlinesTest : public testing::Test {
 protected:
  std::vector<std::uint32_t> take(Millis at) {
    std::vector<std::uint32_t> came;
    deadlines.take(start + at, [&](std::uint32_t index, std::uint32_t) { came.push_back(index); });
    return came;
  }
  const Instant start{Millis(5'000)};
  Deadlines deadlines{start};
};

TEST_F(DeadlinesTest, ComeWhenTheyAreDueAndNotBefore) {
  deadlines.arm(7, start + Millis(120));
  EXPECT_THAT(take(Millis(119)), testing::IsEmpty());
  EXPECT_THAT(take(Millis(150)), testing::ElementsAre(7));
  EXPECT_THAT(take(Millis(500)), testing::IsEmpty());
}

TEST_F(DeadlinesTest, WhatIsOverdueComesWithTheNextTick) {
  take(Millis(1'000));
  deadlines.arm(7, start);
  EXPECT_THAT(take(Millis(1'050)), testing::ElementsAre(7));
}

TEST_F(DeadlinesTest, WhatIsFarAwayComesEarlierToBeArmedAnew) {
  deadlines.arm(7, start + Millis(3'600'000));
  EXPECT_THAT(take(Millis(60'000)), testing::ElementsAre(7));
}

TEST_F(DeadlinesTest, ALoopThatWasLateMissesNothing) {
  for (std::uint32_t i = 0; i < 100; ++i) deadlines.arm(i, start + Millis(i * 100));
  EXPECT_EQ(take(Millis(600'000)).size(), 100u);
}

TEST_F(DeadlinesTest, VisitorsMayArm) {
  deadlines.arm(7, start + Millis(50));
  int times = 0;
  deadlines.take(start + Millis(1'000), [&](std::uint32_t index, std::uint32_t) {
    if (++times < 3) deadlines.arm(index, start);
  });
  EXPECT_EQ(times, 3);
}

}  // namespace
}  // namespace polygate::net
