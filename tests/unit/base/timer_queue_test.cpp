#include "gateway/base/timer_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace polygate {
namespace {

Instant at(std::int64_t ms) {
  return Instant(Millis(ms));
}

TEST(TimerQueue, TakesWhatIsDueNearestFirst) {
  TimerQueue<int> timers;
  timers.add(at(30), 3);
  timers.add(at(10), 1);
  timers.add(at(20), 2);
  EXPECT_EQ(timers.next(), at(10));
  EXPECT_FALSE(timers.take_due(at(9)));
  EXPECT_EQ(timers.take_due(at(25)), 1);
  EXPECT_EQ(timers.take_due(at(25)), 2);
  EXPECT_FALSE(timers.take_due(at(25)));
  EXPECT_EQ(timers.take_due(at(30)), 3);
  EXPECT_FALSE(timers.next());
}

TEST(TimerQueue, OfEqualTimesTheFirstAddedComesFirst) {
  TimerQueue<int> timers;
  for (int i = 0; i < 20; ++i) timers.add(at(5), i);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(timers.take_due(at(5)), i);
}

TEST(TimerQueue, WhatIsRemovedIsGoneAtOnceAndItsIdFindsNothingLater) {
  TimerQueue<int> timers;
  auto gone = timers.add(at(10), 1);
  auto copy = gone;
  timers.remove(gone);
  EXPECT_FALSE(gone);
  EXPECT_EQ(timers.size(), 0U);
  timers.add(at(10), 2);  // in the same slot
  timers.remove(copy);
  EXPECT_EQ(timers.take_due(at(10)), 2);
}

/// Against a sorted map, over 20,000 random steps.
TEST(TimerQueue, DoesAsASortedMapDoes) {
  std::minstd_rand random(7);
  TimerQueue<std::uint64_t> timers;
  std::map<std::pair<std::int64_t, std::uint64_t>, TimerQueue<std::uint64_t>::Id> model;
  std::uint64_t number = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto what = random() % 4;
    if (what < 2) {
      const auto due = static_cast<std::int64_t>(random() % 1'000);
      const std::uint64_t mine = ++number;
      model[{due, mine}] = timers.add(at(due), mine);
    } else if (what == 2 && !model.empty()) {
      auto one = std::next(model.begin(), static_cast<std::ptrdiff_t>(random() % model.size()));
      timers.remove(one->second);
      model.erase(one);
    } else if (!model.empty()) {
      ASSERT_EQ(timers.next(), at(model.begin()->first.first));
      ASSERT_EQ(timers.take_due(at(1'000)), model.begin()->first.second);
      model.erase(model.begin());
    }
    ASSERT_EQ(timers.size(), model.size());
  }
}

}  // namespace
}  // namespace polygate
