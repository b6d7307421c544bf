#include "gateway/server/keep_alive.h"

#include <gtest/gtest.h>

namespace polygate::server {
namespace {

using Due = KeepAlive::Due;

Instant at(std::int64_t ms) {
  return Instant(Millis(ms));
}

profile::Endpoint that_asks(Millis every, Millis timeout, Millis idle) {
  profile::Endpoint made;
  made.ping.every = every;
  made.ping.timeout = timeout;
  made.idle = idle;
  return made;
}

TEST(KeepAlive, AsksAndIsAnswered) {
  const auto asks = that_asks(Millis(100), Millis(30), Millis(0));
  KeepAlive alive;
  alive.begin(asks, at(0), Millis(90));
  EXPECT_EQ(alive.due(), at(90));
  EXPECT_EQ(alive.judge(at(89), false, false), Due::nothing);
  EXPECT_EQ(alive.judge(at(90), false, false), Due::ping);
  alive.asked(at(90));
  EXPECT_TRUE(alive.is_asked());
  EXPECT_EQ(alive.due(), at(120));
  alive.answered(Millis(95));
  EXPECT_FALSE(alive.is_asked());
  EXPECT_EQ(alive.due(), at(185));  // behind the ping, not behind its answer
}

TEST(KeepAlive, GivesUpWhoDoesNotAnswerUnlessItsAnswerWaitsForUs) {
  const auto asks = that_asks(Millis(100), Millis(30), Millis(0));
  KeepAlive alive;
  alive.begin(asks, at(0), Millis(100));
  alive.asked(at(100));
  EXPECT_EQ(alive.judge(at(129), false, false), Due::nothing);
  EXPECT_EQ(alive.judge(at(130), true, false), Due::nothing);
  EXPECT_EQ(alive.due(), at(160));
  EXPECT_EQ(alive.judge(at(160), false, true), Due::lost);  // nothing of it is there: its answer cannot be
}

TEST(KeepAlive, APeerThatTakesBytesSlowlyIsThere) {
  const auto asks = that_asks(Millis(100), Millis(30), Millis(0));
  KeepAlive alive;
  alive.begin(asks, at(0), Millis(100));
  alive.asked(at(100));
  alive.is_slow(at(125));
  EXPECT_EQ(alive.judge(at(130), false, false), Due::nothing);
  EXPECT_EQ(alive.due(), at(155));
}

TEST(KeepAlive, NoPingNoIdleNothingIsEverDue) {
  const auto silent = that_asks(Millis(0), Millis(30), Millis(0));
  KeepAlive alive;
  EXPECT_EQ(alive.due(), Instant::max());
  alive.begin(silent, at(0), Millis(0));
  EXPECT_FALSE(alive.has_idle());
  EXPECT_EQ(alive.due(), Instant::max());
}

TEST(KeepAlive, IdleCountsMessagesOnly) {
  const auto idles = that_asks(Millis(40), Millis(30), Millis(100));
  KeepAlive alive;
  alive.begin(idles, at(0), Millis(40));
  EXPECT_TRUE(alive.has_idle());
  alive.asked(at(40));
  alive.answered(Millis(40));
  EXPECT_EQ(alive.due(), at(80));
  alive.spoke(at(50));
  alive.asked(at(80));
  alive.answered(Millis(200));
  EXPECT_EQ(alive.due(), at(150));
  EXPECT_EQ(alive.judge(at(149), false, false), Due::nothing);
  EXPECT_EQ(alive.judge(at(150), false, false), Due::idle);
}

TEST(KeepAlive, WhoseMessageWaitsForUsIsNotIdle) {
  const auto idles = that_asks(Millis(0), Millis(30), Millis(100));
  for (const bool held_back : {false, true}) {
    KeepAlive alive;
    alive.begin(idles, at(0), Millis(0));
    EXPECT_EQ(alive.judge(at(100), !held_back, held_back), Due::nothing);
    EXPECT_EQ(alive.due(), at(200));
  }
}

}  // namespace
}  // namespace polygate::server
