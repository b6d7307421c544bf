#include "gateway/engine_io/ending.h"

#include <gtest/gtest.h>

namespace polygate::engine_io {
namespace {

constexpr Instant kStart{Millis(1'000)};

TEST(Ending, TheFirstCodeCountsButWhatIsBrokenHasTheLastWord) {
  Ending ending;
  EXPECT_EQ(ending.code(), 1000);
  EXPECT_FALSE(ending.is_decided());
  EXPECT_TRUE(ending.decide({4001, "first"}));
  EXPECT_FALSE(ending.decide({4002, "second"}));
  EXPECT_EQ(ending.code(), 4001);
  EXPECT_EQ(ending.reason(), "first");
  EXPECT_FALSE(ending.decide({4400, "broken", true}));
  EXPECT_EQ(ending.code(), 4400);
  EXPECT_TRUE(ending.is_broken());
}

TEST(Ending, WhoIsLostGoesOnWhenItIsFoundAgain) {
  Ending ending;
  EXPECT_TRUE(ending.lose());
  EXPECT_TRUE(ending.is_lost());
  EXPECT_FALSE(ending.is_closing()) << "what is being posted is taken";
  ending.go_on();
  EXPECT_FALSE(ending.is_lost());
}

TEST(Ending, WhoLosesItsPollBehindTheLastWordsDoesNotComeBack) {
  Ending ending;
  ending.decide({4000, "enough"});
  ending.say_last_words(kStart + Millis(10));
  EXPECT_FALSE(ending.lose());
  EXPECT_TRUE(ending.says_last_words());
  ending.go_on();
  EXPECT_TRUE(ending.is_closing());
}

TEST(Ending, EachStageHasItsTime) {
  Ending ending;
  ending.decide({4000, "enough"});
  EXPECT_EQ(ending.due(), Instant::max());
  ending.take_rest(kStart + Millis(10));
  EXPECT_TRUE(ending.takes_rest());
  EXPECT_EQ(ending.take(kStart + Millis(9)), Ending::Due::nothing);
  EXPECT_EQ(ending.take(kStart + Millis(10)), Ending::Due::end);
  EXPECT_TRUE(ending.finish());
  EXPECT_FALSE(ending.finish());
  EXPECT_FALSE(ending.decide({4001, "late"}));
  EXPECT_EQ(ending.due(), Instant::max());
}

TEST(Ending, AShutdownSaysGoodbyeOnce) {
  Ending ending;
  ending.drain_at(kStart, Millis(5));
  EXPECT_EQ(ending.take(kStart), Ending::Due::goodbye);
  EXPECT_EQ(ending.take(kStart), Ending::Due::nothing);
}

TEST(Ending, AShutdownShortensLastWordsAndLeavesTheRestItsTime) {
  Ending words;
  words.decide({4000, "enough"});
  words.say_last_words(kStart + Millis(100));
  words.drain_at(kStart, Millis(5));
  EXPECT_EQ(words.due(), kStart + Millis(5));
  Ending rest;
  rest.decide({4000, "enough"});
  rest.take_rest(kStart + Millis(100));
  rest.drain_at(kStart, Millis(5));
  EXPECT_EQ(rest.due(), kStart + Millis(100));
}

}  // namespace
}  // namespace polygate::engine_io
