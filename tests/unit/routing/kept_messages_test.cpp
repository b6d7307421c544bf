// What stays with a topic, seen through the exchange.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/kept_topics.h"

namespace polygate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

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

TEST_F(KeptMessagesTest, ATopicThatOnlyKeepsSomethingHasNobodyPresent) {
  publish(joined("a"), "1", keep("x"));
  bool present = true;
  exchange.present(0, joined("a"), [&](bool found) { present = found; });
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
  const auto at = join_now(exchange, joined("a"), 0);
  publish(joined("a"), "x2", keep("x"));
  ASSERT_THAT(at.kept.kept, SizeIs(1));
  EXPECT_EQ(at.kept.kept[0].frame->message(), "x1");
  ASSERT_THAT(worker.deliveries, SizeIs(1));
  EXPECT_GT(worker.deliveries[0].position, at.position);
}

TEST_F(KeptMessagesTest, AJoinTellsNoMoreThanItIsAskedForAndTheRestIsThereWhileItIsTheLast) {
  for (const char* key : {"x", "y", "z"}) publish(joined("a"), std::string(10, key[0]), keep(key));
  publish(joined("b"), "w", keep("w"));
  Exchange::AllJoined all;
  exchange.join(0, {joined("a"), joined("b")}, 15, [&](Exchange::AllJoined answer) { all = std::move(answer); });
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_THAT(all[0].kept.kept, SizeIs(2)) << "the one that goes beyond it is whole";
  EXPECT_TRUE(all[0].kept.has_more);
  EXPECT_THAT(all[1].kept.kept, IsEmpty()) << "it is for all of them together";
  EXPECT_TRUE(all[1].kept.has_more);

  const auto more = [&](const Topic& topic, Position after, Position up_to) {
    KeptPart part;
    exchange.kept(0, topic, {after, up_to, 15}, [&](KeptPart answer) { part = std::move(answer); });
    return part;
  };
  const KeptPart rest = more(joined("a"), all[0].kept.kept[1].position, all[0].position);
  ASSERT_THAT(rest.kept, SizeIs(1));
  EXPECT_FALSE(rest.has_more);
  publish(joined("b"), "w2", keep("w"));
  EXPECT_THAT(more(joined("b"), {}, all[1].position).kept, IsEmpty()) << "who joined heard the new one";
}

TEST_F(KeptMessagesTest, WhatIsForgottenDoesNotStayAndWhatForgetsItIsHeard) {
  publish(joined("a"), "x1", keep("x"));
  publish(joined("a"), "y1", keep("y"));
  publish(joined("a"), "z1", keep("z"));
  join_now(exchange, joined("a"), 0);
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
  join_now(exchange, joined("a"), 0);
  auto sending = keep("x");
  sending.keep->topic_keys = 1;
  EXPECT_FALSE(publish(joined("a"), "x1", sending).not_kept);
  sending.keep->key = "y";
  const auto published = publish(joined("a"), "y1", sending);
  EXPECT_EQ(published.handed, 1u);
  EXPECT_THAT(published.not_kept, Optional(KeptLimit::topic));
  ASSERT_THAT(worker.deliveries, SizeIs(2));
  EXPECT_EQ(worker.deliveries[1].frame->message(), "y1");
  EXPECT_GT(worker.deliveries[1].position, worker.deliveries[0].position);
  EXPECT_EQ(not_kept(KeptLimit::topic), 1u);
  sending.keep->key = "x";
  EXPECT_FALSE(publish(joined("a"), "x2", sending).not_kept) << "in the place of what it kept";
  EXPECT_THAT(kept(joined("a")), ElementsAre("x2"));
  EXPECT_FALSE(publish(joined("b"), "y1", sending).not_kept) << "another topic";
}

TEST_F(KeptMessagesTest, AProfileThatMayKeepNoMoreStillDeliversAndLeavesTheOthersTheirRoom) {
  join_now(exchange, of_profile("one"), 0);
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

TEST_F(KeptMessagesTest, WhoRefusesIsNotHeardAndForgetsNothingWhereItCannotStay) {
  join_now(exchange, joined("a"), 0);
  auto sending = keep("x");
  sending.keep->topic_keys = 2;
  publish(joined("a"), "x1", sending);
  sending.keep->key = "y";
  publish(joined("a"), "y1", sending);
  sending.keep->key = "z";
  sending.keep->refuses = true;
  const auto refused = publish(joined("a"), "z1", sending);
  EXPECT_EQ(refused.handed, 0u);
  EXPECT_THAT(refused.not_kept, Optional(KeptLimit::topic));
  EXPECT_EQ(not_kept(KeptLimit::topic), 1u);
  EXPECT_THAT(worker.deliveries, SizeIs(2));
  sending.keep->profile_bytes = 2'000;
  sending.keep->key = "x";
  EXPECT_THAT(publish(joined("a"), std::string(2'000, 'x'), sending).not_kept, Optional(KeptLimit::profile));
  EXPECT_THAT(kept(joined("a")), ElementsAre("x1", "y1")) << "what its key held stays";
  sending.keep->profile_bytes = kMuch;
  EXPECT_FALSE(publish(joined("a"), "x2", sending).not_kept) << "in the place of what it kept";
  sending.keep->key = "z";
  sending.forget = {"y", "y", "z", "none"};
  EXPECT_FALSE(publish(joined("a"), "z2", sending).not_kept) << "in the place of what it forgets";
  sending.keep->key = "w";
  sending.forget = {"none"};
  EXPECT_THAT(publish(joined("a"), "w1", sending).not_kept, Optional(KeptLimit::topic));
  EXPECT_THAT(kept(joined("a")), ElementsAre("x2", "z2"));
  EXPECT_THAT(worker.deliveries, SizeIs(4));
}

TEST(KeptMessages, AllProfilesTogetherKeepNoMoreThanTheProcessMay) {
  const ManualClock clock;
  LocalExchange exchange(clock, 10'000);
  Recorder worker;
  exchange.attach(0, worker);
  join_now(exchange, of_profile("two"), 0);
  const std::string big(6'000, 'x');
  const auto publish = [&](const char* profile, const std::string& message, Exchange::Sending how) {
    how.topic = of_profile(profile);
    how.frame = frame(message);
    return publish_now(exchange, std::move(how));
  };
  EXPECT_THAT(publish("one", big, keep("x")).not_kept, IsEmpty());
  const auto published = publish("two", big, keep("x"));
  ASSERT_THAT(published.not_kept, SizeIs(1));
  EXPECT_EQ(published.not_kept[0].limit, KeptLimit::process);
  EXPECT_EQ(published.handed, 1u);
  publish("one", "bye", forget({"x"}));
  EXPECT_THAT(publish("two", big, keep("x")).not_kept, IsEmpty());
}

TEST_F(KeptMessagesTest, NothingIsEncodedToBeKept) {
  const auto sealed = [] { return std::make_shared<const Frame>(std::make_unique<Sealed>()); };
  publish(joined("a"), sealed(), keep("x", Millis(1'000)));
  EXPECT_GE(meter().bytes, 1'000u);
  publish(joined("a"), sealed(), keep("x", Millis(1'000)));
  publish(joined("a"), sealed(), forget({"x"}));
  publish(joined("a"), sealed(), keep("y", Millis(1'000)));
  EXPECT_THAT(join_now(exchange, joined("a"), 0).kept.kept, SizeIs(1));
  clock.advance(Millis(1'000));
  exchange.let_go();
  EXPECT_EQ(meter().bytes, 0u);
}

}  // namespace
}  // namespace polygate
