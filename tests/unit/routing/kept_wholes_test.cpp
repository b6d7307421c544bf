// Messages that change a part of what stays with a topic, seen through the exchange.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "tests/unit/routing/kept_topics.h"

namespace polygate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

/// Appends to what is there; `meanwhile` happens when it is asked first.
class Appending final : public Merging {
 public:
  explicit Appending(std::string change, std::function<void()> meanwhile = {})
      : change_(std::move(change)), meanwhile_(std::move(meanwhile)) {}
  Merged into(KeptData before) const override {
    ++asked;
    if (auto happens = std::exchange(meanwhile_, {})) happens();
    auto whole = std::make_shared<const std::string>((before ? *before : "") + change_);
    return {std::move(before), {frame("[" + *whole + "]"), whole}};
  }
  mutable int asked = 0;

 private:
  const std::string change_;
  mutable std::function<void()> meanwhile_;
};

class KeptWholesTest : public KeptMessagesTest {
 protected:
  /// Publishes a change, and returns how often it was asked for the whole.
  int change(std::string text, Exchange::Sending how, std::function<void()> meanwhile = {}) {
    const auto merging = std::make_shared<Appending>(text, std::move(meanwhile));
    how.keep->merging = merging;
    publish(joined("a"), text, std::move(how));
    return merging->asked;
  }
};

TEST_F(KeptWholesTest, AChangeIsHeardAndTheWholeStays) {
  join_now(exchange, joined("a"), 0);
  auto first = keep("x");
  first.keep->data = std::make_shared<const std::string>("1");
  publish(joined("a"), "1", first);
  EXPECT_EQ(change("2", keep("x")), 1) << "outside the lock alone";
  EXPECT_EQ(change("3", keep("x")), 1);
  EXPECT_EQ(change("4", keep("y")), 1);
  ASSERT_THAT(worker.deliveries, SizeIs(4));
  EXPECT_EQ(worker.deliveries[2].frame->message(), "3");
  EXPECT_THAT(kept(joined("a")), ElementsAre("[123]", "[4]"));
}

TEST_F(KeptWholesTest, AnotherChangeThatComesBetweenIsInTheWhole) {
  EXPECT_EQ(change("1", keep("x")), 1);
  EXPECT_EQ(change("3", keep("x"), [&] { EXPECT_EQ(change("2", keep("x")), 1); }), 2);
  EXPECT_THAT(kept(joined("a")), ElementsAre("[123]"));
  EXPECT_EQ(change("5", keep("x"), [&] { publish(joined("a"), "bye", forget({"x"})); }), 2);
  EXPECT_THAT(kept(joined("a")), ElementsAre("[5]"));
}

TEST_F(KeptWholesTest, SeveralChangesOfOneTurnFollowOneAnother) {
  Exchange::Batch batch;
  for (const char* text : {"1", "2", "3"}) {
    batch.push_back(keep("x"));
    batch.back().topic = joined("a");
    batch.back().frame = frame(text);
    batch.back().keep->merging = std::make_shared<Appending>(text);
  }
  exchange.publish(0, std::move(batch), {});
  EXPECT_THAT(kept(joined("a")), ElementsAre("[123]"));
}

TEST_F(KeptWholesTest, WhatIsForgottenTooOldOrWithoutDataIsNotThere) {
  change("1", keep("x"));
  auto anew = keep("x", Millis(1'000));
  anew.forget = {"x"};
  change("2", anew);
  EXPECT_THAT(kept(joined("a")), ElementsAre("[2]"));
  clock.advance(Millis(999));
  change("3", keep("x", Millis(1'000)));
  clock.advance(Millis(999));
  EXPECT_THAT(kept(joined("a")), ElementsAre("[23]")) << "its age is that of the last change";
  clock.advance(Millis(1));
  change("4", keep("x"));
  EXPECT_THAT(kept(joined("a")), ElementsAre("[4]"));
  publish(joined("a"), "bytes", keep("x"));
  change("5", keep("x"));
  EXPECT_THAT(kept(joined("a")), ElementsAre("[5]"));
}

/// Makes no whole.
class Unfit final : public Merging {
 public:
  Merged into(KeptData before) const override { return {std::move(before), {nullptr, nullptr, KeptLimit::definition}}; }
};

TEST_F(KeptWholesTest, AWholeThatCannotBeIsHeardAsAChangeAndEndsWhatWasThere) {
  join_now(exchange, joined("a"), 0);
  change("1", keep("x"));
  auto unfit = keep("x");
  unfit.keep->merging = std::make_shared<Unfit>();
  unfit.keep->refuses = true;
  EXPECT_THAT(publish(joined("a"), "2", unfit).not_kept, Optional(KeptLimit::definition));
  EXPECT_THAT(kept(joined("a")), ElementsAre("[1]"));
  EXPECT_THAT(worker.deliveries, SizeIs(1));
  unfit.keep->refuses = false;
  EXPECT_THAT(publish(joined("a"), "2", unfit).not_kept, Optional(KeptLimit::definition));
  EXPECT_THAT(kept(joined("a")), IsEmpty());
  EXPECT_THAT(worker.deliveries, SizeIs(2));
  EXPECT_EQ(not_kept(KeptLimit::definition), 2u);
  EXPECT_EQ(meter().bytes, 0u);
}

TEST_F(KeptWholesTest, TheDataOfAWholeTakeRoom) {
  auto plain = keep("x");
  publish(joined("a"), "1", plain);
  const std::size_t without = meter().bytes;
  plain.keep->data = std::make_shared<const std::string>(1'000, 'x');
  publish(joined("a"), "1", plain);
  EXPECT_EQ(meter().bytes, without + 1'000);
}

}  // namespace
}  // namespace polygate
