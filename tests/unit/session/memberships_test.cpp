// What joining costs: how often the Exchange is asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/session/late_table.h"

namespace polygate::session {
namespace {

using testing::ElementsAre;

/// Counts the calls of the Exchange and their answers.
class AskedExchange : public test::LateTable {
 protected:
  AskedExchange() {
    rule("enter_all", [](profile::Rule& rule) {
      for (int i = 0; i < kRooms; ++i) rule.join.push_back({"room", text(std::to_string(i)), {}});
    });
    counted_.attach(0, post_);
    services_.exchange = &counted_;
  }

  static constexpr int kRooms = 100;
  int ways_ = 0;
  LateExchange counted_{here_, [this](WorkerIndex) {
                          return [this] {
                            ++ways_;
                            return 1u;
                          };
                        }};
};

TEST_F(AskedExchange, AHundredRoomsAreJoinedByOneCall) {
  open("a");
  settle();
  ways_ = 0;
  say("a", "enter_all");
  settle();
  EXPECT_EQ(ways_, 2) << "one call, and one answer";
  EXPECT_THAT(heard("a"), ElementsAre("enter_all ok"));
  for (int i = 0; i < kRooms; ++i) {
    EXPECT_TRUE(present(Topic::make(TopicKind::joined, "words", "room", std::to_string(i)))) << i;
  }
}

TEST_F(AskedExchange, WhoIsThereAlreadyAsksForTheRest) {
  open("a");
  say("a", "enter_all");
  settle();
  ways_ = 0;
  say("a", "enter_all");
  settle();
  EXPECT_EQ(ways_, 0) << "nothing is left to join";
  say("a", "join");
  settle();
  EXPECT_EQ(ways_, 2);
  EXPECT_THAT(heard("a"), ElementsAre("enter_all ok", "enter_all ok", "join ok"));
}

}  // namespace
}  // namespace polygate::session
