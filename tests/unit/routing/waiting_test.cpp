// Who waits for a claim of an ending owner, and in which order they come (promise 8 of gateway/routing/exchange.h).
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/unit/routing/exchange_test.h"

namespace polygate {
namespace {

class Waiting : public Promises {
 protected:
  Exchange::Claim take_over(SessionId who, Fence dead) {
    Exchange::Claim claim;
    exchange.take_over(seat, who, dead, Taken::replace, [&claim](Exchange::Claim answer) { claim = answer; });
    settle();
    return claim;
  }
  void end(SessionId who, Fence fence) {
    exchange.ending(who.worker, seat, fence);
    settle();
  }
  void release(SessionId who, Fence fence) {
    exchange.release(who.worker, seat, fence, {});
    settle();
  }
  void withdraw(SessionId who) {
    exchange.withdraw(seat, who);
    settle();
  }
  bool is_present() {
    bool found = false;
    exchange.present(0, seat, [&found](bool is) { found = is; });
    settle();
    return found;
  }
  /// Who was told since the last time that it may ask, and for which fence it had waited.
  std::vector<std::pair<SessionId, Fence>> told() {
    std::vector<std::pair<SessionId, Fence>> all;
    for (Recorder& post : posts) {
      for (const Direct& one : post.directs) {
        if (one.kind == Direct::Kind::dead) all.emplace_back(one.to, one.fence);
      }
      post.directs.clear();
    }
    return all;
  }
  using Told = std::vector<std::pair<SessionId, Fence>>;

  const Topic seat = claimed("seat");
  const SessionId ann{0, 1, 101};
  const SessionId bob{1, 1, 102};
  const SessionId cyd{2, 1, 103};
  const SessionId dan{0, 2, 104};
};

INSTANTIATE_TEST_SUITE_P(Answers, Waiting, testing::Bool(),
                         [](const auto& run) { return run.param ? "late" : "at_once"; });

TEST_P(Waiting, WhoWaitsForAnEndingOwnerComesBeforeWhoeverAsksLater) {
  const Fence first = claim(seat, ann).fence;
  end(ann, first);
  EXPECT_TRUE(claim(seat, bob, Taken::replace).is_ending);
  EXPECT_TRUE(claim(seat, cyd, Taken::replace).is_ending);
  EXPECT_EQ(told(), Told());
  EXPECT_TRUE(is_present());
  release(ann, first);
  EXPECT_EQ(told(), (Told{{bob, first}}));
  EXPECT_FALSE(is_present()) << "given back, and not gained yet";
  EXPECT_TRUE(claim(seat, dan, Taken::replace).is_ending) << "behind those who wait already";
  publish(0, seat, "to nobody");
  settle();
  EXPECT_EQ(posts[0].directs.size() + posts[1].directs.size() + posts[2].directs.size(), 0U);

  // Nobody waits for an owner that goes on: it is replaced in its turn.
  const Exchange::Claim bobs = take_over(bob, first);
  ASSERT_TRUE(bobs.gained);
  EXPECT_EQ(told(), (Told{{cyd, first}}));
  end(bob, bobs.fence);
  EXPECT_TRUE(take_over(cyd, first).is_ending) << "it ends before cyd asks";
  EXPECT_EQ(told(), Told());
  release(bob, bobs.fence);
  EXPECT_EQ(told(), (Told{{cyd, bobs.fence}}));
  const Exchange::Claim cyds = take_over(cyd, bobs.fence);
  ASSERT_TRUE(cyds.gained);
  EXPECT_EQ(told(), (Told{{dan, first}}));
  EXPECT_TRUE(take_over(dan, first).gained) << "in the place of cyd, who goes on";
  EXPECT_EQ(told(), Told());
}

TEST_P(Waiting, WhoWithdrawsLeavesItsPlaceToTheNext) {
  const Fence first = claim(seat, ann).fence;
  end(ann, first);
  claim(seat, bob);
  claim(seat, cyd);
  claim(seat, dan);
  withdraw(bob);
  EXPECT_EQ(told(), Told());
  release(ann, first);
  EXPECT_EQ(told(), (Told{{cyd, first}}));
  withdraw(cyd);
  EXPECT_EQ(told(), (Told{{dan, first}}));
  withdraw(dan);
  EXPECT_EQ(told(), Told());
  EXPECT_TRUE(claim(seat, ann).gained) << "free for everybody";
  withdraw(bob);
  EXPECT_FALSE(claim(seat, bob).gained);
}

TEST_P(Waiting, WhoHasWaitedLongEnoughTakesItWhoeverStandsBefore) {
  const Fence first = claim(seat, ann).fence;
  end(ann, first);
  claim(seat, bob, Taken::replace);
  claim(seat, cyd, Taken::replace);
  const Exchange::Claim cyds = take_over(cyd, first);
  ASSERT_TRUE(cyds.gained);
  EXPECT_EQ(told(), (Told{{bob, first}}));
  release(ann, first);
  const Exchange::Claim bobs = take_over(bob, first);
  ASSERT_TRUE(bobs.gained) << "in the place of cyd, who goes on";

  // Also who had it last, and waits behind others.
  end(bob, bobs.fence);
  claim(seat, cyd);
  release(bob, bobs.fence);
  EXPECT_TRUE(claim(seat, bob).is_ending);
  EXPECT_TRUE(take_over(bob, bobs.fence).gained);
}

}  // namespace
}  // namespace polygate
