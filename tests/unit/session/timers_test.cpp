// The rules of `timers`, where a talk does not reach: what is skipped is counted, and a shutdown stops them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "tests/unit/session/late_table.h"

namespace polygate::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Millis kPeriod{1'000};

/// Nobody sends it; it says `word tock` to the room.
profile::Rule saying(const std::string& word) {
  profile::Rule rule;
  rule.has_sender = false;
  profile::SendStep& send = rule.sends.emplace_back();
  send.to = {{"room", text("all"), {}}};
  send.as = text(word);
  send.data = reply("tock").data;
  return rule;
}

class TimersTest : public test::LateTable {
 protected:
  TimersTest() {
    profile_->timers["clock"] = {kPeriod, saying("tick")};
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

class StartTest : public test::LateTable {
 protected:
  StartTest() { profile_->timers["clock"] = {kPeriod, saying("tick")}; }
  void start() {
    table().start([this](Result<void> result) { over_ = std::move(result); });
  }
  std::optional<Result<void>> over_;
};

TEST_F(StartTest, TimersStartWhenTheRulesOfStartedAreOver) {
  profile_->started = {saying("one"), saying("two")};
  start();
  EXPECT_FALSE(over_.has_value()) << "what the first one says is on its way";
  EXPECT_EQ(table().next_due(), std::nullopt);
  clock_.advance(kPeriod);
  settle();
  ASSERT_TRUE(over_.has_value());
  EXPECT_TRUE(*over_);
  EXPECT_EQ(table().next_due(), clock_.now() + kPeriod);
}

TEST_F(StartTest, TheyDoNotWhereOneOfThemHasFailed) {
  profile::Rule lacking = saying("one");
  lacking.needs.push_back({{"room", text("all"), {}}, {}});
  lacking.place.file = "words.yaml";
  lacking.place.line = 7;
  profile::Rule counted = saying("two");
  counted.sends[0].data = reply("$next.turns").data;
  profile_->counters["turns"] = std::make_unique<profile::Counter>();
  profile_->started = {lacking, counted};
  start();
  settle();
  ASSERT_TRUE(over_.has_value());
  ASSERT_FALSE(*over_);
  EXPECT_EQ(over_->failure().message, "the rule of `started` at words.yaml:7 failed as absent: nobody is on room/all");
  EXPECT_EQ(table().next_due(), std::nullopt);
  EXPECT_EQ(profile_->counters["turns"]->next(), 1u) << "the second one was not taken";
}

}  // namespace
}  // namespace polygate::session
