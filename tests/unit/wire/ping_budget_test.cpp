#include "gateway/wire/ping_budget.h"

#include <gtest/gtest.h>

namespace polygate::wire {
namespace {

using Verdict = PingBudget::Verdict;

TEST(Threats, T09_AnswersEveryPingWithinTheBudgetAndCutsAFlood) {
  ManualClock clock;
  PingBudget budget;
  for (int second = 0; second < 3; ++second) {
    for (int i = 0; i < 100; ++i) ASSERT_EQ(budget.ping(clock.now(), 0), Verdict::answer) << i;
    clock.advance(Millis(1000));
  }
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(budget.ping(clock.now(), 0), Verdict::answer);
    clock.advance(Millis(9));
  }
  EXPECT_EQ(budget.ping(clock.now(), 0), Verdict::flood);
}

TEST(Threats, T09_PongsCoalesceOnlyWhenManyWait) {
  ManualClock clock;
  PingBudget budget;
  EXPECT_EQ(budget.ping(clock.now(), 64), Verdict::answer);
  EXPECT_EQ(budget.ping(clock.now(), 65), Verdict::coalesce);
}

}  // namespace
}  // namespace polygate::wire
