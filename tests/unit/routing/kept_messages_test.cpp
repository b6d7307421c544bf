// What stays with a topic, seen through the exchange.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/routing/local_exchange.h"
#include "tests/unit/routing/recorder.h"

namespace polygate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

Exchange::Sending keep(std::string key, Millis lasts = Millis(0)) {
  Exchange::Sending sending;
  sending.keep = Keep{std::move(key), lasts, 1'000, kMuch};
  return sending;
}
Exchange::Sending forget(std::vector<std::string> keys) {
  Exchange::Sending sending;
  sending.forget = std::move(keys);
  return sending;
}
Topic of_profile(std::string_view profile) {
  return Topic::make(TopicKind::joined, profile, "room", "a");
}

/// Nobody may look into it: a form is made by whoever sends it, outside the lock.
class Sealed final : public Utterance {
 public:
  std::string encode(const Form&) const override {
    ADD_FAILURE() << "encoded";
    return {};
  }
  Form usual() const override { return {}; }
  std::size_t weight() const override { return 1'000; }
};

class KeptMessagesTest : public testing::Test {
 protected:
  void SetUp() override { exchange.attach(0, worker); }
  Exchange::Published publish(const Topic& topic, std::string_view message, const Exchange::Sending& sending) {
    return exchange.publish(topic, frame(message), sending);
  }
  std::vector<std::string> kept(const Topic& topic) {
    std::vector<std::string> messages;
    for (const Kept& kept : exchange.kept(topic, {.up_to = exchange.sequence(topic)})) {
      messages.emplace_back(kept.frame->message());
    }
    return messages;
  }
  KeptMeter meter(std::string_view profile = "profile") {
    const auto meters = exchange.kept_meters();
    const auto found = meters.find(profile);
    return found == meters.end() ? KeptMeter{} : found->second;
  }
  std::uint64_t not_kept(KeptLimit limit) { return meter().not_kept[static_cast<std::size_t>(limit)]; }

  ManualClock clock;
  Recorder worker;
  LocalExchange exchange{clock};
};

TEST_F(KeptMessagesTest, ATopicThatOnlyKeepsSomethingHasNobodyPresent) {
  publish(joined("a"), "1", keep("x"));
  bool present = true;
  exchange.present(joined("a"), [&](bool found) { present = found; });
  EXPECT_FALSE(present);
}

TEST_F(KeptMessagesTest, TheLastFramePerKeyStaysInTheOrderOfPublishing) {
  publish(joined("a"), "x1", keep("x"));
  publish(joined("a"), "y1", keep("y"));
  publish(joined("a"), "x2", keep("x"));
  EXPECT_THAT(kept(joined("a")), ElementsAre("y1", "x2"));
  EXPECT_EQ(meter().messages, 2u);
}

TEST_F(KeptMessagesTest, AJoinerSeesWhatWasKeptBeforeAndHearsTheRestLive) {
  publish(joined("a"), "x1", keep("x"));
  const std::uint64_t joined_at = exchange.listen(joined("a"), 0);
  publish(joined("a"), "x2", keep("x"));
  EXPECT_THAT(exchange.kept(joined("a"), {.up_to = joined_at}), IsEmpty());
  ASSERT_THAT(worker.deliveries, SizeIs(1));
  EXPECT_GT(worker.deliveries[0].sequence, joined_at);
}

TEST_F(KeptMessagesTest, WhatIsForgottenDoesNotStayAndWhatForgetsItIsHeard) {
  publish(joined("a"), "x1", keep("x"));
  publish(joined("a"), "y1", keep("y"));
  publish(joined("a"), "z1", keep("z"));
  exchange.listen(joined("a"), 0);
  EXPECT_EQ(publish(joined("a"), "bye", forget({"x", "z", "nothing"})).handed, 1u);
  EXPECT_THAT(kept(joined("a")), ElementsAre("y1"));
  publish(joined("b"), "bye", forget({"y"}));
  EXPECT_THAT(kept(joined("a")), ElementsAre("y1")) << "a key of another topic";
}

TEST_F(KeptMessagesTest, OneMessageMayForgetAKeyAndStayUnderIt) {
  publish(joined("a"), "x1", keep("x"));
  auto sending = keep("x");
  sending.forget = {"x"};
  publish(joined("a"), "x2", sending);
  EXPECT_THAT(kept(joined("a")), ElementsAre("x2"));
}

TEST_F(KeptMessagesTest, WhatIsTooOldIsNotReplayed) {
  publish(joined("a"), "x1", keep("x", Millis(1'000)));
  publish(joined("a"), "y1", keep("y"));
  clock.advance(Millis(999));
  EXPECT_THAT(kept(joined("a")), ElementsAre("x1", "y1"));
  clock.advance(Millis(1));
  EXPECT_THAT(kept(joined("a")), ElementsAre("y1"));
}

TEST_F(KeptMessagesTest, AMessageInThePlaceOfAnotherHasItsOwnAge) {
  publish(joined("a"), "x1", keep("x", Millis(1'000)));
  clock.advance(Millis(600));
  publish(joined("a"), "x2", keep("x", Millis(1'000)));
  clock.advance(Millis(600));
  EXPECT_THAT(kept(joined("a")), ElementsAre("x2"));
  publish(joined("a"), "x3", keep("x"));
  clock.advance(Millis(600'000));
  EXPECT_THAT(kept(joined("a")), ElementsAre("x3")) << "it has no age";
}

TEST_F(KeptMessagesTest, WhatIsTooOldIsGivenBackThoughNobodyComes) {
  for (int i = 0; i < 5'000; ++i) publish(joined(std::to_string(i)), "x", keep("x", Millis(1'000)));
  clock.advance(Millis(1'000));
  EXPECT_EQ(meter().messages, 5'000u);
  for (int i = 0; i < 20; ++i) exchange.let_go();
  EXPECT_EQ(meter().messages, 0u);
  EXPECT_EQ(meter().bytes, 0u);
}

TEST_F(KeptMessagesTest, EachCallGivesBackAFewThatAreTooOldSoThatNoneIsLong) {
  for (int i = 0; i < 1'000; ++i) publish(joined(std::to_string(i)), "x", keep("x", Millis(1'000)));
  clock.advance(Millis(1'000));
  publish(joined("a"), "y", {});
  const std::size_t left = meter().messages;
  EXPECT_LT(left, 1'000u);
  EXPECT_GT(left, 900u);
}

TEST_F(KeptMessagesTest, ATopicThatMayKeepNoMoreStillDelivers) {
  exchange.listen(joined("a"), 0);
  auto sending = keep("x");
  sending.keep->topic_keys = 1;
  EXPECT_FALSE(publish(joined("a"), "x1", sending).not_kept);
  sending.keep->key = "y";
  const auto published = publish(joined("a"), "y1", sending);
  EXPECT_EQ(published.handed, 1u);
  EXPECT_THAT(published.not_kept, Optional(KeptLimit::topic));
  ASSERT_THAT(worker.deliveries, SizeIs(2));
  EXPECT_EQ(worker.deliveries[1].frame->message(), "y1");
  EXPECT_GT(worker.deliveries[1].sequence, worker.deliveries[0].sequence);
  EXPECT_EQ(not_kept(KeptLimit::topic), 1u);
  sending.keep->key = "x";
  EXPECT_FALSE(publish(joined("a"), "x2", sending).not_kept) << "in the place of what it kept";
  EXPECT_THAT(kept(joined("a")), ElementsAre("x2"));
  EXPECT_FALSE(publish(joined("b"), "y1", sending).not_kept) << "another topic";
}

TEST_F(KeptMessagesTest, AProfileThatMayKeepNoMoreStillDeliversAndLeavesTheOthersTheirRoom) {
  exchange.listen(of_profile("one"), 0);
  auto sending = keep("x");
  sending.keep->profile_bytes = 100'000;
  const std::string big(60'000, 'x');
  EXPECT_FALSE(publish(of_profile("one"), big, sending).not_kept);
  sending.keep->key = "y";
  const auto published = publish(of_profile("one"), big, sending);
  EXPECT_THAT(published.not_kept, Optional(KeptLimit::profile));
  EXPECT_EQ(published.handed, 1u);
  EXPECT_FALSE(publish(of_profile("two"), big, sending).not_kept);
  EXPECT_EQ(meter("one").messages, 1u);
  EXPECT_EQ(meter("two").messages, 1u);
}

TEST_F(KeptMessagesTest, SmallMessagesCostWhatTheyReallyTake) {
  auto sending = keep("x");
  sending.keep->profile_bytes = 64'000;
  std::size_t messages = 0;
  for (; messages < 64'000; ++messages) {
    sending.keep->key = std::to_string(messages);
    sending.keep->topic_keys = kMuch;
    if (publish(joined("a"), "", sending).not_kept) break;
  }
  EXPECT_LT(messages, 200u) << "an empty message is not free";
  EXPECT_LE(meter().bytes, 64'000u);
}

TEST_F(KeptMessagesTest, WhatWasUnderTheKeyIsNotTheLastAnyMoreWhenTheNewOneCannotStay) {
  auto sending = keep("x");
  sending.keep->profile_bytes = 10'000;
  publish(joined("a"), "small", sending);
  EXPECT_THAT(publish(joined("a"), std::string(20'000, 'x'), sending).not_kept, Optional(KeptLimit::profile));
  EXPECT_THAT(kept(joined("a")), IsEmpty());
  EXPECT_EQ(meter().bytes, 0u);
}

TEST(KeptMessages, AllProfilesTogetherKeepNoMoreThanTheProcessMay) {
  const ManualClock clock;
  LocalExchange exchange(clock, 10'000);
  Recorder worker;
  exchange.attach(0, worker);
  exchange.listen(of_profile("two"), 0);
  const std::string big(6'000, 'x');
  EXPECT_FALSE(exchange.publish(of_profile("one"), frame(big), keep("x")).not_kept);
  const auto published = exchange.publish(of_profile("two"), frame(big), keep("x"));
  EXPECT_THAT(published.not_kept, Optional(KeptLimit::process));
  EXPECT_EQ(published.handed, 1u);
  exchange.publish(of_profile("one"), frame("bye"), forget({"x"}));
  EXPECT_FALSE(exchange.publish(of_profile("two"), frame(big), keep("x")).not_kept);
}

TEST_F(KeptMessagesTest, NothingIsEncodedToBeKept) {
  const auto sealed = [] { return std::make_shared<const Frame>(std::make_unique<Sealed>()); };
  exchange.publish(joined("a"), sealed(), keep("x", Millis(1'000)));
  EXPECT_GE(meter().bytes, 1'000u);
  exchange.publish(joined("a"), sealed(), keep("x", Millis(1'000)));
  exchange.publish(joined("a"), sealed(), forget({"x"}));
  exchange.publish(joined("a"), sealed(), keep("y", Millis(1'000)));
  EXPECT_THAT(exchange.kept(joined("a"), {.up_to = exchange.sequence(joined("a"))}), SizeIs(1));
  clock.advance(Millis(1'000));
  exchange.let_go();
  EXPECT_EQ(meter().bytes, 0u);
}

}  // namespace
}  // namespace polygate
