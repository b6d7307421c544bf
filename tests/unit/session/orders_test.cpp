// Orders (`others`) and the turns that are in flight when they are given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/session/late_table.h"

namespace polygate::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Orders : public test::LateTable {
 protected:
  Orders() { profile_->orders = true; }

  static Order leave(const Topic& topic) {
    Order order;
    order.leave.push_back(topic);
    return order;
  }
  static Order join(const Topic& topic) {
    Order order;
    order.join.push_back(topic);
    return order;
  }
  static Order close() {
    Order order;
    order.close = 4003;
    order.reason = "out";
    return order;
  }
  Topic itself(const std::string& who) {
    return Topic::make(TopicKind::session, "words", "session", sessions_[who].text());
  }
};

/// How many turns of the loop a join has gone when the order is given: asked, taken effect, answered.
class OrdersToNewcomers : public Orders, public testing::WithParamInterface<int> {};

TEST_P(OrdersToNewcomers, WhoJoinsByATurnThatBeganBeforeObeysWhenItsJoinIsDone) {
  open("a");
  say("a", "join");
  for (int i = 0; i < GetParam(); ++i) turn();
  publish_elsewhere(room_, "shout before");
  order_elsewhere(room_, leave(room_));
  publish_elsewhere(room_, "shout behind");
  settle();
  if (GetParam() == 0) {
    EXPECT_THAT(heard("a"), ElementsAre("join ok"));
  } else {
    EXPECT_THAT(heard("a"), ElementsAre("join ok", "shout before"));
  }
  EXPECT_FALSE(present(room_));
  say("a", "join");
  settle();
  publish_elsewhere(room_, "shout again");
  EXPECT_THAT(heard("a"), ElementsAre("join ok", "shout again")) << "this turn began later";
}

TEST_P(OrdersToNewcomers, WhoIsToBeClosedHearsItsReplyFirst) {
  open("a");
  say("a", "join");
  for (int i = 0; i < GetParam(); ++i) turn();
  order_elsewhere(room_, close());
  say("a", "here");  // dropped, unless it was taken before
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("join ok"));
  EXPECT_EQ(peers_["a"].closed, 4003);
  EXPECT_FALSE(present(room_));
}

INSTANTIATE_TEST_SUITE_P(Turns, OrdersToNewcomers, testing::Values(0, 1, 2));

TEST_F(Orders, WhatIsAskedLaterThanTheOrderIsNotBarred) {
  open("a");
  order_elsewhere(room_, leave(room_));
  order_elsewhere(itself("a"), leave(room_));
  say("a", "join");
  settle();
  EXPECT_TRUE(present(room_));
}

TEST_F(Orders, ATurnInFlightDoesNotJoinWhatItsSenderWasToldToLeave) {
  rule("look_and_join", [&](profile::Rule& rule) {
    rule.needs.push_back({{"room", text("all"), {}}, {}});
    rule.join = {{"room", text("other"), {}}, {"room", text("third"), {}}};
  });
  const Topic other = Topic::make(TopicKind::joined, "words", "room", "other");
  const Topic third = Topic::make(TopicKind::joined, "words", "room", "third");
  open("a");
  open("b");
  say("b", "join");
  settle();
  say("a", "look_and_join");
  turn();
  order_elsewhere(itself("a"), leave(other));
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("look_and_join ok"));
  EXPECT_FALSE(present(other));
  EXPECT_TRUE(present(third));
  say("a", "look_and_join");
  settle();
  EXPECT_TRUE(present(other));
}

TEST_F(Orders, AClaimOfATurnInFlightIsGivenBack) {
  open("a");
  say("a", "sit");
  turn();
  order_elsewhere(seat_, leave(seat_));
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("sit ok"));
  EXPECT_FALSE(present(seat_));
  say("a", "sit");
  settle();
  EXPECT_TRUE(present(seat_));
}

TEST_F(Orders, WhatIsToBeJoinedIsJoinedBehindTheTurnInFlightAndBeforeWhatWaits) {
  rule("within", [&](profile::Rule& rule) { rule.inside.push_back({{"room", text("all"), {}}, {}}); });
  open("a");
  open("b");
  say("b", "join");
  settle();
  say("a", "here");
  say("a", "within");
  order_elsewhere(itself("a"), join(room_));
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("here ok", "within ok"));
  publish_elsewhere(room_, "shout to both");
  EXPECT_THAT(heard("a"), ElementsAre("shout to both"));
  order_elsewhere(itself("a"), join(room_));
  settle();
  publish_elsewhere(room_, "shout once");
  EXPECT_THAT(heard("a"), ElementsAre("shout once")) << "it was there already";
}

TEST_F(Orders, ASessionThatEndsObeysAndJoinsNothing) {
  const Topic other = Topic::make(TopicKind::joined, "words", "room", "other");
  open("a");
  say("a", "join");
  settle();
  say("a", "sit");  // its connection ends in mid-turn
  table().hang_up(sessions_["a"], Gone::lost);
  order_elsewhere(room_, join(other));
  order_elsewhere(room_, leave(room_));
  EXPECT_FALSE(present(other));
  settle();
  EXPECT_FALSE(present(room_));
  EXPECT_FALSE(present(other));
  EXPECT_EQ(table().size(), 0U);
}

TEST_F(Orders, WhereNobodyIsNobodyObeys) {
  open("a");
  order_elsewhere(room_, close());
  order_elsewhere(seat_, close());
  settle();
  EXPECT_FALSE(peers_["a"].closed);
  EXPECT_THAT(heard("a"), IsEmpty());
}

}  // namespace
}  // namespace polygate::session
