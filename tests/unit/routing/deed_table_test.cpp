#include "gateway/routing/deed_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/routing/exchange_test.h"

namespace polygate {
namespace {

using testing::ElementsAre;
using State = DeedTable::State;

class Deeds : public testing::Test {
 protected:
  static Deed deed(const std::string& key, std::uint64_t data = 1) {
    return {"profile", key, data, Millis(1'000), 10 * (DeedTable::kAround + 4), 7};
  }
  State begin(const Deed& deed) { return deeds.begin(deed, now).state; }
  std::string result(const Deed& deed) {
    const DeedTable::Found found = deeds.begin(deed, now);
    return found.state == State::done ? *found.result : "none";
  }
  void end(const Deed& deed, const std::string& result) {
    deeds.end(deed, std::make_shared<const std::string>(result), now);
  }
  void fail(const Deed& deed) { deeds.end(deed, nullptr, now); }

  DeedTable deeds;
  Instant now{Millis(1'000'000)};
};

TEST_F(Deeds, IsUnderWayThenDoneForItsTime) {
  EXPECT_EQ(begin(deed("a")), State::begun);
  EXPECT_EQ(begin(deed("a")), State::under_way);
  EXPECT_EQ(begin(deed("b")), State::begun);
  end(deed("a"), "1");
  EXPECT_EQ(result(deed("a")), "1");
  EXPECT_EQ(begin(deed("b")), State::under_way);
  end(deed("b"), "2");
  EXPECT_EQ(result(deed("a")), "1");
  EXPECT_EQ(result(deed("b")), "2");
  now += Millis(999);
  EXPECT_EQ(result(deed("a")), "1");
  now += Millis(1);
  EXPECT_EQ(begin(deed("a")), State::begun);
}

TEST_F(Deeds, WhatFailsMayBeBegunAgain) {
  EXPECT_EQ(begin(deed("a")), State::begun);
  fail(deed("a"));
  EXPECT_EQ(begin(deed("a")), State::begun);
  EXPECT_EQ(deeds.bytes("profile"), 0U);
}

TEST_F(Deeds, OtherDataAreDifferentWhetherItIsDoneOrUnderWay) {
  EXPECT_EQ(begin(deed("a", 1)), State::begun);
  EXPECT_EQ(begin(deed("a", 2)), State::different);
  end(deed("a", 1), "1");
  EXPECT_EQ(begin(deed("a", 2)), State::different);
  EXPECT_EQ(begin(deed("a", 1)), State::done);
}

TEST_F(Deeds, ADeedOfAnotherTableIsAnother) {
  Deed other = deed("a");
  other.table = "other";
  EXPECT_EQ(begin(deed("a")), State::begun);
  EXPECT_EQ(begin(other), State::begun);
  end(other, "2");
  EXPECT_EQ(begin(deed("a")), State::under_way);
}

TEST_F(Deeds, MemoryIsBoundedAndWhatWasDoneFirstIsForgottenFirst) {
  const std::string result_of_two = "12";  // each weighs kAround + 4
  for (int i = 10; i < 20; ++i) {
    begin(deed(std::to_string(i)));
    end(deed(std::to_string(i)), result_of_two);
  }
  EXPECT_EQ(deeds.bytes("profile"), 10 * (DeedTable::kAround + 4));
  EXPECT_EQ(begin(deed("10")), State::done);
  begin(deed("20"));
  end(deed("20"), result_of_two);
  EXPECT_EQ(begin(deed("10")), State::begun);
  EXPECT_EQ(begin(deed("11")), State::done);
  EXPECT_EQ(deeds.bytes("profile"), 10 * (DeedTable::kAround + 4));
  begin(deed("21"));
  end(deed("21"), std::string(100'000, 'x'));
  EXPECT_EQ(begin(deed("21")), State::begun) << "it never had room";
  EXPECT_EQ(deeds.bytes("profile"), 0U);
}

TEST_F(Deeds, WhatIsTooOldIsGivenBack) {
  begin(deed("a"));
  end(deed("a"), "1");
  begin(deed("b"));
  now += Millis(1'000);
  end(deed("b"), "2");
  EXPECT_EQ(deeds.bytes("profile"), DeedTable::kAround + 2);
}

/// Of an Exchange, whether its answers are late or not.
class DeedPromises : public Promises {};
INSTANTIATE_TEST_SUITE_P(Answers, DeedPromises, testing::Bool(),
                         [](const auto& run) { return run.param ? "late" : "at_once"; });

TEST_P(DeedPromises, ADeedIsUnderWayWithOneAtATimeAndWhoIsToldOfItsEndHasMadeItKnown) {
  const Deed deed{"profile", "a", 7, Millis(1'000), 10'000, 10};
  std::vector<std::string> told;
  const auto begin = [&](WorkerIndex caller) {
    exchange.begin_deed(caller, deed, [&](const DeedTable::Found& found) {
      told.push_back(found.state == DeedTable::State::begun       ? "begun"
                     : found.state == DeedTable::State::under_way ? "under way"
                                                                  : *found.result);
    });
  };
  begin(0);
  settle();
  begin(1);
  begin(2);
  settle();
  EXPECT_THAT(told, ElementsAre("begun", "under way", "under way"));
  exchange.end_deed(0, deed, nullptr, {});
  settle();
  begin(1);
  settle();
  exchange.end_deed(1, deed, std::make_shared<const std::string>("1"), [&] {
    told.emplace_back("ended");
    begin(2);
  });
  settle();
  EXPECT_THAT(told, ElementsAre("begun", "under way", "under way", "begun", "ended", "1"));
}

}  // namespace
}  // namespace polygate
