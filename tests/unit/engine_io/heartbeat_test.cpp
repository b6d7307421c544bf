#include "gateway/engine_io/heartbeat.h"

#include <gtest/gtest.h>

namespace polygate::engine_io {
namespace {

using Due = Heartbeat::Due;

constexpr Instant at(int millis) {
  return Instant(Millis(1'000'000 + millis));
}

const profile::PingPolicy kPolicy{Millis(300), Millis(200), Millis(900)};

TEST(Heartbeat, ASilentClientIsDeadAtEveryAndTimeoutThoughTheTimersCameLate) {
  Heartbeat heartbeat(true, kPolicy, at(0));
  EXPECT_EQ(heartbeat.take(at(299)), Due::nothing);
  EXPECT_EQ(heartbeat.take(at(302)), Due::ping);
  EXPECT_EQ(heartbeat.due(), at(500));
  EXPECT_EQ(heartbeat.take(at(499)), Due::nothing);
  EXPECT_EQ(heartbeat.take(at(500)), Due::end);
}

TEST(Heartbeat, AWorkerThatWasBusyGivesTheClientItsTime) {
  Heartbeat heartbeat(true, kPolicy, at(0));
  EXPECT_EQ(heartbeat.take(at(800)), Due::ping);
  EXPECT_EQ(heartbeat.due(), at(1'000));
}

TEST(Heartbeat, AWorkerThatWasBusyReadsWhatWaitsBeforeItIsTheEnd) {
  Heartbeat heartbeat(true, kPolicy, at(0));
  EXPECT_EQ(heartbeat.take(at(300)), Due::ping);
  EXPECT_EQ(heartbeat.take(at(900)), Due::nothing);
  EXPECT_EQ(heartbeat.due(), at(900));
  Heartbeat answered = heartbeat;
  EXPECT_EQ(heartbeat.take(at(901)), Due::end);
  EXPECT_TRUE(answered.heard(at(901)));
  EXPECT_EQ(answered.take(at(901)), Due::nothing);
}

TEST(Heartbeat, AnAnswerStartsItAnew) {
  Heartbeat heartbeat(true, kPolicy, at(0));
  EXPECT_FALSE(heartbeat.heard(at(100)));  // whatever else is said does not put the next ping off
  EXPECT_EQ(heartbeat.take(at(300)), Due::ping);
  EXPECT_TRUE(heartbeat.heard(at(310)));
  EXPECT_EQ(heartbeat.due(), at(610));
  EXPECT_EQ(heartbeat.take(at(610)), Due::ping);
}

TEST(Heartbeat, WhoIsAskedForHasItsTimeFromThen) {
  Heartbeat heartbeat(true, kPolicy, at(0));
  EXPECT_TRUE(heartbeat.ask(at(50)));
  EXPECT_FALSE(heartbeat.ask(at(60)));
  EXPECT_EQ(heartbeat.take(at(250)), Due::end);
}

TEST(Heartbeat, AClientThatPingsIsOnlyWaitedFor) {
  Heartbeat heartbeat(false, kPolicy, at(0));
  EXPECT_EQ(heartbeat.due(), at(1'200));
  EXPECT_FALSE(heartbeat.heard(at(1'000)));
  EXPECT_EQ(heartbeat.take(at(2'199)), Due::nothing);
  EXPECT_EQ(heartbeat.take(at(2'200)), Due::end);
}

}  // namespace
}  // namespace polygate::engine_io
