#include "gateway/routing/local_exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/routing/recorder.h"

namespace polygate {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr SessionId kAnn{0, 1, 101};
constexpr SessionId kBob{1, 1, 102};

class LocalExchangeTest : public testing::Test {
 protected:
  void SetUp() override {
    exchange.attach(0, first);
    exchange.attach(1, second);
  }
  Exchange::Claim claim(const Topic& topic, SessionId who, Taken when_taken = Taken::refuse) {
    Exchange::Claim outcome;
    exchange.claim(topic, who, when_taken, [&](Exchange::Claim claim) { outcome = claim; });
    return outcome;
  }
  Exchange::Claim take_over(const Topic& topic, SessionId who, Fence dead) {
    Exchange::Claim outcome;
    exchange.take_over(topic, who, dead, Taken::refuse, [&](Exchange::Claim claim) { outcome = claim; });
    return outcome;
  }
  bool present(const Topic& topic) {
    bool answer = false;
    exchange.present(0, topic, [&](bool found) { answer = found; });
    return answer;
  }
  std::size_t publish(const Topic& topic, std::string_view message, SessionId except = {}) {
    Exchange::Sending one = sending(topic, message);
    one.except = except;
    return publish_now(exchange, std::move(one)).handed;
  }
  Position join(const Topic& topic, WorkerIndex worker) { return join_now(exchange, topic, worker).position; }

  Recorder first;
  Recorder second;
  ManualClock clock;
  LocalExchange exchange{clock};
};

TEST_F(LocalExchangeTest, SecondClaimIsRefusedUntilTheFirstEnds) {
  const auto gained = claim(claimed("a"), kAnn);
  EXPECT_TRUE(gained.gained);
  const auto refused = claim(claimed("a"), kBob);
  EXPECT_FALSE(refused.gained);
  EXPECT_EQ(refused.owner, kAnn);
  EXPECT_EQ(refused.fence, gained.fence);
  exchange.release(0, claimed("a"), gained.fence, {});
  EXPECT_TRUE(claim(claimed("a"), kBob).gained);
}

TEST_F(LocalExchangeTest, ClaimingAgainIsNoConflictWithOneself) {
  const Fence fence = claim(claimed("a"), kAnn).fence;
  const auto again = claim(claimed("a"), kAnn, Taken::replace);
  EXPECT_TRUE(again.gained);
  EXPECT_EQ(again.fence, fence);
  EXPECT_THAT(first.directs, IsEmpty());
}

TEST_F(LocalExchangeTest, OnlyWhoHoldsTheClaimNowCanReleaseIt) {
  const Fence before = claim(claimed("a"), kAnn).fence;
  exchange.release(0, claimed("a"), before, {});
  claim(claimed("a"), kAnn);
  exchange.release(0, claimed("a"), before, {});
  EXPECT_FALSE(claim(claimed("a"), kBob).gained);
}

TEST_F(LocalExchangeTest, ReplacingEvictsTheOldOwner) {
  const Fence lost = claim(claimed("a"), kAnn).fence;
  const auto gained = claim(claimed("a"), kBob, Taken::replace);
  EXPECT_TRUE(gained.gained);
  ASSERT_THAT(first.directs, SizeIs(1));
  EXPECT_EQ(first.directs[0].kind, Direct::Kind::evict);
  EXPECT_EQ(first.directs[0].to, kAnn);
  EXPECT_EQ(first.directs[0].fence, lost);
  EXPECT_EQ(*first.directs[0].topic, claimed("a").key);
}

TEST_F(LocalExchangeTest, TakingOverWorksOnlyFromTheOwnerThatWasFoundDead) {
  constexpr SessionId kCarl{1, 2, 103};
  const Fence before = claim(claimed("a"), kAnn).fence;
  exchange.release(0, claimed("a"), before, {});
  const Fence dead = claim(claimed("a"), kAnn).fence;
  EXPECT_FALSE(take_over(claimed("a"), kBob, before).gained) << "it was found dead before it came back";
  EXPECT_TRUE(take_over(claimed("a"), kBob, dead).gained);
  EXPECT_THAT(first.directs, SizeIs(1));
  EXPECT_EQ(take_over(claimed("a"), kCarl, dead).owner, kBob);
}

TEST_F(LocalExchangeTest, TakingOverWhatWasGivenBackMeanwhileSimplyClaimsIt) {
  const Fence dead = claim(claimed("a"), kAnn).fence;
  exchange.release(0, claimed("a"), dead, {});
  EXPECT_TRUE(take_over(claimed("a"), kBob, dead).gained);
  EXPECT_THAT(first.directs, IsEmpty());
}

TEST_F(LocalExchangeTest, ClaimsMayBeMadeFromWithinADone) {
  bool inner = false;
  exchange.claim(claimed("a"), kAnn, Taken::refuse, [&](Exchange::Claim) {
    exchange.claim(claimed("b"), kAnn, Taken::refuse, [&](Exchange::Claim claim) { inner = claim.gained; });
  });
  EXPECT_TRUE(inner);
}

TEST_F(LocalExchangeTest, PublishingToAClaimReachesItsOwner) {
  EXPECT_EQ(publish(claimed("a"), "nobody"), 0u);
  claim(claimed("a"), kBob);
  EXPECT_EQ(publish(claimed("a"), "hello"), 1u);
  ASSERT_THAT(second.directs, SizeIs(1));
  EXPECT_EQ(second.directs[0].to, kBob);
  EXPECT_EQ(second.directs[0].frame->message(), "hello");
}

TEST_F(LocalExchangeTest, PublishingToASessionReachesItsWorker) {
  EXPECT_EQ(publish(Topic::make(TopicKind::session, "profile", "session", kBob.text()), "hello"), 1u);
  ASSERT_THAT(second.directs, SizeIs(1));
  EXPECT_EQ(second.directs[0].to, kBob);
}

TEST_F(LocalExchangeTest, AMadeUpSessionIsNobody) {
  const SessionId elsewhere{9, 1, 7};
  EXPECT_EQ(publish(Topic::make(TopicKind::session, "profile", "session", elsewhere.text()), "hello"), 0u);
  EXPECT_EQ(publish(Topic::make(TopicKind::session, "profile", "session", "me"), "hello"), 0u);
  exchange.direct(0, {Direct::Kind::probe, elsewhere, nullptr, nullptr, kAnn});
  EXPECT_THAT(first.directs, IsEmpty());
  EXPECT_THAT(second.directs, IsEmpty());
}

TEST_F(LocalExchangeTest, TheSenderOfADirectFrameCanBeExcepted) {
  claim(claimed("a"), kAnn);
  EXPECT_EQ(publish(claimed("a"), "hello", kAnn), 0u);
}

TEST_F(LocalExchangeTest, OneDeliveryGoesToEachListeningWorkerAndNoneToOthers) {
  join(joined("a"), 1);
  EXPECT_EQ(publish(joined("a"), "one"), 1u);
  join(joined("a"), 0);
  join(joined("a"), 0);
  EXPECT_EQ(publish(joined("a"), "two"), 2u);
  exchange.leave(1, joined("a"), {});
  EXPECT_EQ(publish(joined("a"), "three"), 1u);
  EXPECT_THAT(first.deliveries, SizeIs(2));
  EXPECT_THAT(second.deliveries, SizeIs(2));
}

TEST_F(LocalExchangeTest, TopicsOfDifferentProfilesNeverMeet) {
  join(joined("a"), 0);
  EXPECT_EQ(publish(Topic::make(TopicKind::joined, "another", "room", "a"), "hello"), 0u);
}

TEST_F(LocalExchangeTest, PresenceFollowsClaimsAndListeners) {
  EXPECT_FALSE(present(claimed("a")));
  claim(claimed("a"), kAnn);
  EXPECT_TRUE(present(claimed("a")));
  EXPECT_FALSE(present(joined("a")));
  join(joined("a"), 0);
  EXPECT_TRUE(present(joined("a")));
  exchange.leave(0, joined("a"), {});
  EXPECT_FALSE(present(joined("a")));
}

TEST_F(LocalExchangeTest, AFrameOnItsWayIsOldForWhoeverJoinsARebornTopic) {
  join(joined("a"), 0);
  publish(joined("a"), "old");
  exchange.leave(0, joined("a"), {});
  const Position joined_at = join(joined("a"), 0);
  ASSERT_THAT(first.deliveries, SizeIs(1));
  EXPECT_LE(first.deliveries[0].position, joined_at);
}

}  // namespace
}  // namespace polygate
