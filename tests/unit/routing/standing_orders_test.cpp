#include "gateway/routing/standing_orders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polygate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StandingOrdersTest : public testing::Test {
 protected:
  void put(const std::string& topic, const std::string& leave, Millis stays = Millis(1'000)) {
    Order order;
    order.leave.push_back(Topic::make(TopicKind::joined, "profile", "room", leave));
    order.stays = stays;
    order.number = ++number;
    orders.put(topic, std::make_shared<const Order>(std::move(order)), now);
  }
  std::vector<std::uint64_t> of(const std::string& topic) {
    std::vector<std::uint64_t> numbers;
    for (const OrderPtr& order : orders.of(topic, now)) numbers.push_back(order->number);
    return numbers;
  }

  StandingOrders orders{3};
  Instant now{Millis(1'000'000)};
  std::uint64_t number = 0;
};

TEST_F(StandingOrdersTest, StayWithTheirTopicsForTheirTimeInTheirOrder) {
  put("a", "x", Millis(2'000));
  put("a", "y");
  put("b", "x");
  EXPECT_THAT(of("a"), ElementsAre(1, 2));
  EXPECT_THAT(of("b"), ElementsAre(3));
  EXPECT_THAT(of("c"), IsEmpty());
  now += Millis(999);
  EXPECT_THAT(of("a"), ElementsAre(1, 2));
  now += Millis(1);
  EXPECT_THAT(of("a"), ElementsAre(1));
  EXPECT_THAT(of("b"), IsEmpty());
  EXPECT_EQ(orders.size(), 1U);
  now += Millis(1'000);
  EXPECT_THAT(of("a"), IsEmpty());
  EXPECT_TRUE(orders.empty());
}

TEST_F(StandingOrdersTest, OneThatSaysTheSameAgainTakesThePlaceOfTheEarlier) {
  put("a", "x");
  put("a", "y");
  now += Millis(600);
  put("a", "x");
  EXPECT_THAT(of("a"), ElementsAre(2, 3));
  now += Millis(999);
  EXPECT_THAT(of("a"), ElementsAre(3));
  EXPECT_EQ(orders.size(), 1U);
}

TEST_F(StandingOrdersTest, OneTooManyAndTheOneEndsThatWouldEndFirst) {
  put("a", "x", Millis(3'000));
  put("a", "y", Millis(1'000));
  put("b", "x", Millis(2'000));
  put("b", "y", Millis(4'000));
  EXPECT_THAT(of("a"), ElementsAre(1));
  EXPECT_THAT(of("b"), ElementsAre(3, 4));
}

}  // namespace
}  // namespace polygate
