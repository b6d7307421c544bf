#include "gateway/session/presence_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>

namespace polygate::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Millis kTestGrace{1'000};

Topic room(const std::string& name) {
  return Topic::make(TopicKind::joined, "profile", "room", name);
}

class PresenceTableTest : public testing::Test {
 protected:
  void heard(const std::string& name, bool is_there, const std::string& user, Millis after = kTestGrace) {
    auto who = std::make_shared<Attendee>();
    who->user = user;
    table.heard({room(name), is_there, std::move(who)}, after, now);
  }
  void came(const std::string& name, const std::string& user = "ann") { heard(name, true, user); }
  void went(const std::string& name, const std::string& user = "ann") { heard(name, false, user); }
  void wait(Millis time) {
    now += time;
    table.tick(now);
  }
  /// The next word, such as `+a by ann`, which is being told now.
  std::string next() {
    const auto word = table.next();
    if (!word) return "";
    return (word->has_arrived ? "+" : "-") + std::string(word->topic.name()) + " by " + word->who->user;
  }
  /// All that is to be told now, at once.
  std::vector<std::string> told() {
    std::vector<std::string> words;
    while (const auto word = table.next()) {
      words.push_back((word->has_arrived ? "+" : "-") + std::string(word->topic.name()));
      table.was_told(word->topic.key);
    }
    return words;
  }

  PresenceTable table{3};
  Instant now{Millis(1'000'000)};
};

TEST_F(PresenceTableTest, WhoComesHasArrivedAndWhoHasGoneForItsGraceHasLeft) {
  came("a", "ann");
  EXPECT_EQ(next(), "+a by ann");
  table.was_told(room("a").key);
  went("a", "bob");
  EXPECT_EQ(table.next_due(), now + kTestGrace);
  wait(kTestGrace - Millis(1));
  EXPECT_EQ(next(), "");
  wait(Millis(1));
  EXPECT_EQ(next(), "-a by bob");
  EXPECT_EQ(table.size(), 1U);
  table.was_told(room("a").key);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_FALSE(table.next_due());
}

TEST_F(PresenceTableTest, WhoComesBackWithinItsGraceHadNotGone) {
  came("a");
  EXPECT_THAT(told(), ElementsAre("+a"));
  went("a");
  wait(kTestGrace - Millis(1));
  came("a");
  EXPECT_FALSE(table.next_due());
  wait(kTestGrace);
  EXPECT_THAT(told(), IsEmpty());
  went("a");
  wait(kTestGrace);
  came("a");  // too late for what is over, in time for what is not told yet
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(PresenceTableTest, WhoGoesBeforeItIsToldOfWasNeverThere) {
  came("a");
  went("a");
  EXPECT_EQ(table.size(), 0U);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(PresenceTableTest, OfOneNameOneThingIsToldAtATime) {
  came("a", "ann");
  EXPECT_EQ(next(), "+a by ann");
  went("a", "bob");
  wait(kTestGrace);
  came("b", "cem");
  EXPECT_EQ(next(), "+b by cem");
  EXPECT_EQ(next(), "");
  table.was_told(room("a").key);
  EXPECT_EQ(next(), "-a by bob");
  came("a", "dan");
  EXPECT_EQ(next(), "");
  table.was_told(room("a").key);
  EXPECT_EQ(next(), "+a by dan");
  went("a", "dan");
  came("a", "eve");
  wait(kTestGrace);
  table.was_told(room("a").key);
  EXPECT_EQ(next(), "");
}

TEST_F(PresenceTableTest, WhoComesAndGoesWhileItIsToldToHaveLeftIsNotToldOf) {
  came("a");
  told();
  went("a");
  wait(kTestGrace);
  EXPECT_EQ(next(), "-a by ann");
  came("a");
  went("a");
  table.was_told(room("a").key);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(PresenceTableTest, WhoHasLeftIsToldOfFirst) {
  came("a");
  told();
  went("a");
  came("b");
  wait(kTestGrace);
  EXPECT_THAT(told(), ElementsAre("-a", "+b"));
}

TEST_F(PresenceTableTest, OneGraceTooManyAndTheNextToEndIsOver) {
  for (const char* name : {"a", "b", "c", "d"}) came(name);
  told();
  heard("a", false, "ann", kTestGrace * 2);
  went("b");
  went("c");
  EXPECT_THAT(told(), IsEmpty());
  went("d");
  EXPECT_THAT(told(), ElementsAre("-b"));
  came("b");
  EXPECT_THAT(told(), ElementsAre("+b"));
  EXPECT_EQ(table.size(), 4U);
  wait(kTestGrace);
  EXPECT_THAT(told(), ElementsAre("-c", "-d"));
  wait(kTestGrace);
  EXPECT_THAT(told(), ElementsAre("-a"));
  came("c");
  told();
  EXPECT_EQ(table.size(), 2U) << "b and c";
}

TEST_F(PresenceTableTest, WhateverHappensTheTwoAlternateAndTheLastOneIsRight) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::minstd_rand random(seed);
  std::map<std::string, bool> is_there;
  std::map<std::string, bool> is_known;
  std::vector<std::string> in_hand;
  const auto tell = [&](bool all) {
    while (const auto word = table.next()) {
      const std::string key = word->topic.key;
      ASSERT_NE(is_known[key], word->has_arrived);
      ASSERT_EQ(std::count(in_hand.begin(), in_hand.end(), key), 0);
      is_known[key] = word->has_arrived;
      in_hand.push_back(key);
      if (!all && random() % 2 == 0) break;
    }
  };
  const auto end_one = [&] {
    if (in_hand.empty()) return;
    const std::size_t at = random() % in_hand.size();
    table.was_told(in_hand[at]);
    in_hand.erase(in_hand.begin() + static_cast<std::ptrdiff_t>(at));
  };
  for (int step = 0; step < 20'000; ++step) {
    const std::string name = std::to_string(random() % 7);
    bool& there = is_there[room(name).key];
    there = !there;
    heard(name, there, "ann");
    if (random() % 3 == 0) wait(Millis(random() % 700));
    tell(false);
    if (random() % 2 == 0) end_one();
  }
  wait(kTestGrace);
  do {
    end_one();
    tell(true);
  } while (!in_hand.empty());
  std::size_t left = 0;
  for (const auto& [key, there] : is_there) {
    EXPECT_EQ(is_known[key], there) << key;
    left += there ? 1 : 0;
  }
  EXPECT_EQ(table.size(), left);
}

}  // namespace
}  // namespace polygate::session
