// The rules of `timers`, where a talk does not reach: what is skipped is counted, and a shutdown stops them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/session/late_table.h"

namespace polygate::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Millis kPeriod{1'000};

class TimersTest : public test::LateTable {
 protected:
  TimersTest() {
    profile::Timer& timer = profile_->timers["clock"];
    timer.every = kPeriod;
    timer.rule.has_sender = false;
    profile::SendStep& send = timer.rule.sends.emplace_back();
    send.to = {{"room", text("all"), {}}};
    send.as = text("tick");
    send.data = reply("tock").data;
    start();
    open("a");
    say("a", "join");
    settle();
    heard("a");
  }
  void start() {
    table().start([](Result<void>) {});
    settle();
  }
  void wait(Millis time) {
    clock_.advance(time);
    table().tick();
  }
  const std::array<std::uint64_t, kSkipped>& skipped() { return table().meter().profiles[0].timers[0].skipped; }
};

TEST_F(TimersTest, EachRoundIsAWholeNumberOfPeriodsBehindTheStart) {
  EXPECT_EQ(table().meter().profiles[0].timers[0].name, "clock");
  const Instant start = clock_.now();
  EXPECT_EQ(table().next_due(), start + kPeriod);
  wait(kPeriod - Millis(1));
  settle();
  EXPECT_THAT(heard("a"), IsEmpty());
  wait(Millis(301));
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("tick tock"));
  EXPECT_EQ(table().next_due(), start + kPeriod * 2) << "not 300ms later";
  EXPECT_THAT(skipped(), ElementsAre(0u, 0u, 0u));
}

TEST_F(TimersTest, WhatWasDueWhileTheNextOneWasIsSkipped) {
  const Instant start = clock_.now();
  wait(kPeriod * 4 + Millis(5));
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("tick tock"));
  EXPECT_THAT(skipped(), ElementsAre(0u, 0u, 3u));
  EXPECT_EQ(table().next_due(), start + kPeriod * 5);
}

TEST_F(TimersTest, ARoundThatIsNotOverSkipsTheNext) {
  wait(kPeriod);  // its publication is on its way
  wait(kPeriod);
  wait(kPeriod);
  EXPECT_THAT(skipped(), ElementsAre(2u, 0u, 0u));
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("tick tock"));
  wait(kPeriod);
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("tick tock"));
  EXPECT_THAT(skipped(), ElementsAre(2u, 0u, 0u));
}

TEST_F(TimersTest, AShutdownStopsThem) {
  table().drain();
  EXPECT_EQ(table().next_due(), std::nullopt);
  wait(kPeriod * 2);
  settle();
  EXPECT_THAT(heard("a"), IsEmpty());
  EXPECT_THAT(skipped(), ElementsAre(0u, 0u, 0u));
}

TEST_F(TimersTest, OneWorkerTakesThem) {
  SessionTable other(WorkerIndex{1}, services_);
  EXPECT_EQ(other.next_due(), std::nullopt) << "nobody has started it";
}

}  // namespace
}  // namespace polygate::session
