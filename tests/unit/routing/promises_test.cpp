// What an Exchange keeps, whether its answers are late or not (gateway/routing/exchange.h counts the promises).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gateway/routing/local_exchange.h"
#include "gateway/routing/mailbox.h"
#include "tests/unit/routing/exchange_test.h"

namespace polygate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

INSTANTIATE_TEST_SUITE_P(Answers, Promises, testing::Bool(),
                         [](const auto& run) { return run.param ? "late" : "at_once"; });

TEST_P(Promises, CallsOfOneWorkerTakeEffectInTheirOrderAndAreAnsweredInIt) {
  std::vector<std::string> answers;
  const auto note = [&answers](std::string what) {
    return [&answers, what = std::move(what)] { answers.push_back(what); };
  };
  const auto present = [&](const Topic& topic) {
    exchange.present(0, topic, [&](bool is) { answers.emplace_back(is ? "there" : "not there"); });
  };
  const SessionId me{0, 1, 7};
  publish(0, joined("a"), "before");
  Exchange::Joined at;
  join(0, joined("a"), at);
  present(joined("a"));
  publish(0, joined("a"), "meanwhile");
  exchange.leave(0, joined("a"), note("left"));
  present(joined("a"));
  publish(0, joined("a"), "after");
  exchange.claim(claimed("a"), me, Taken::refuse, [&](Exchange::Claim claim) {
    answers.emplace_back(claim.gained ? "gained" : "refused");
    exchange.release(0, claimed("a"), claim.fence, note("released"));
    present(claimed("a"));
  });
  settle();
  EXPECT_THAT(heard(0), ElementsAre("meanwhile"));
  EXPECT_THAT(answers, ElementsAre("there", "left", "not there", "gained", "released", "not there"));
}

TEST_P(Promises, ABatchReachesEachWorkerInItsOrderAndAtOneMoment) {
  std::array<Exchange::Joined, 2> at;
  join(1, joined("a"), at[0]);
  join(1, joined("b"), at[1]);
  settle();
  const auto shout = [&](WorkerIndex caller, const std::string& who) {
    Exchange::Batch batch;
    for (const char* topic : {"a", "b", "a"}) batch.push_back(sending(joined(topic), who));
    exchange.publish(caller, std::move(batch), {});
  };
  for (int i = 0; i < 20; ++i) {
    shout(0, "x");
    shout(2, "y");
    posts[static_cast<std::size_t>(i) % kLoops].turn();
  }
  settle();
  const auto all = heard(1);
  ASSERT_THAT(all, SizeIs(120));
  for (std::size_t i = 0; i < all.size(); i += 3) {
    EXPECT_TRUE(all[i] == all[i + 1] && all[i] == all[i + 2]) << "nothing comes between, at " << i;
    EXPECT_EQ(*posts[1].deliveries[i + 1].topic, joined("b").key);
  }
}

TEST_P(Promises, ATopicHasOneOrderThatAllItsListenersHear) {
  std::array<Exchange::Joined, kLoops> at;
  for (WorkerIndex worker = 0; worker < kLoops; ++worker) join(worker, joined("a"), at[worker]);
  settle();
  for (int i = 0; i < 200; ++i) {
    publish(static_cast<WorkerIndex>(i % kLoops), joined("a"), std::to_string(i));
    posts[static_cast<std::size_t>(i) / 7 % kLoops].turn();
  }
  settle();
  ASSERT_THAT(heard(0), SizeIs(200));
  EXPECT_EQ(heard(1), heard(0));
  EXPECT_EQ(heard(2), heard(0));
}

TEST_P(Promises, AJoinIsACutNothingTwiceAndNothingMissing) {
  std::array<Exchange::Joined, kLoops> at;
  for (int i = 0; i < 300; ++i) {
    keep(0, joined("a"), std::to_string(i));
    if (i % 100 == 50) join(static_cast<WorkerIndex>(i / 100), joined("a"), at[static_cast<std::size_t>(i) / 100]);
    posts[static_cast<std::size_t>(i) % kLoops].turn();
  }
  settle();
  for (WorkerIndex worker = 0; worker < kLoops; ++worker) {
    std::map<std::string, int> seen;
    for (const Kept& kept : at[worker].kept.kept) {
      EXPECT_LE(kept.position, at[worker].position);
      ++seen[std::string(kept.frame->message())];
    }
    for (const Delivery& live : posts[worker].deliveries) {
      if (live.position > at[worker].position) ++seen[std::string(live.frame->message())];
    }
    EXPECT_THAT(seen, SizeIs(300)) << "at worker " << worker;
    for (const auto& [message, times] : seen) EXPECT_EQ(times, 1) << message << " at worker " << worker;
  }
}

TEST_P(Promises, WhoJoinsAndPublishesBehindItHearsTheMessageOnce) {
  Exchange::Joined at;
  keep(1, joined("a"), "old");
  settle();
  join(0, joined("a"), at);
  keep(0, joined("a"), "mine");  // the answer to the join is not waited for
  settle();
  ASSERT_THAT(at.kept.kept, SizeIs(1));
  EXPECT_EQ(at.kept.kept[0].frame->message(), "old");
  ASSERT_THAT(heard(0), ElementsAre("mine"));
  EXPECT_GT(posts[0].deliveries[0].position, at.position);
}

TEST_P(Promises, WhatIsRecalledIsWhatTheCallsBeforeItLeave) {
  std::vector<std::string> answers;
  const auto put = [&](const std::string& data) {
    Exchange::Batch batch;
    batch.push_back(sending(joined("a"), data));
    batch[0].keep = Keep{"k", Millis(0), 10'000, kMuch, false, std::make_shared<const std::string>(data)};
    exchange.publish(0, std::move(batch), {});
  };
  const auto recall = [&](const std::string& key) {
    exchange.recall(0, joined("a"), key,
                    [&answers](const KeptData& data) { answers.push_back(data ? *data : "nothing"); });
  };
  recall("k");
  put("1");
  recall("k");
  put("2");
  recall("k");
  recall("other");
  Exchange::Batch batch;
  batch.push_back(sending(joined("a"), "bye"));
  batch[0].forget = {"k"};
  exchange.publish(0, std::move(batch), {});
  recall("k");
  settle();
  EXPECT_THAT(answers, ElementsAre("nothing", "1", "2", "nothing", "nothing"));
}

TEST_P(Promises, PositionsGrowAndANewEpochMeansThatThereMayBeAGap) {
  Exchange::Joined at;
  join(0, joined("a"), at);
  for (const char* message : {"1", "2", "3"}) publish(1, joined("a"), message);
  settle();
  Position last = at.position;
  for (const Delivery& one : posts[0].deliveries) {
    EXPECT_GT(one.position, last);
    EXPECT_EQ(one.position.epoch, at.position.epoch);
    last = one.position;
  }
  clock.advance(Millis(1));
  LocalExchange after_a_restart(clock);
  Recorder post;
  after_a_restart.attach(0, post);
  const Position first = join_now(after_a_restart, joined("a"), 0).position;
  EXPECT_GT(first.epoch, last.epoch);
  EXPECT_GT(first, last);
}

TEST_P(Promises, FencesGrowWithEachGainAndAFrameIsForWhoHeldTheClaimThen) {
  const SessionId ann{0, 1, 101};
  const SessionId bob{1, 1, 102};
  std::vector<Fence> fences;
  fences.push_back(claim(claimed("a"), ann).fence);
  publish(2, claimed("a"), "to the first");
  settle();
  exchange.release(0, claimed("a"), fences.back(), {});
  fences.push_back(claim(claimed("a"), ann).fence);
  publish(2, claimed("a"), "to the second");
  settle();
  fences.push_back(claim(claimed("a"), bob, Taken::replace).fence);
  publish(2, claimed("a"), "to the third");
  settle();
  exchange.take_over(claimed("a"), ann, fences.back(), Taken::refuse,
                     [&](Exchange::Claim claim) { fences.push_back(claim.fence); });
  settle();
  EXPECT_TRUE(std::is_sorted(fences.begin(), fences.end(), std::less_equal<>())) << testing::PrintToString(fences);

  std::map<std::string, std::pair<SessionId, Fence>> got;
  for (const Recorder& post : posts) {
    for (const Direct& one : post.directs) {
      if (one.kind == Direct::Kind::frame) got[std::string(one.frame->message())] = {one.to, one.fence};
    }
  }
  EXPECT_EQ(got["to the first"], std::pair(ann, fences[0]));
  EXPECT_EQ(got["to the second"], std::pair(ann, fences[1]));
  EXPECT_EQ(got["to the third"], std::pair(bob, fences[2]));

  clock.advance(Millis(1'000));
  LocalExchange after_a_restart(clock);
  after_a_restart.attach(0, posts[0]);
  after_a_restart.claim(claimed("a"), ann, Taken::refuse,
                        [&](Exchange::Claim claim) { EXPECT_GT(claim.fence, fences.back()); });
}

TEST_P(Promises, AnEndingOwnerIsToldOfAndOneThatHasLostItsClaimIsNot) {
  const SessionId ann{0, 1, 101};
  const SessionId bob{1, 1, 102};
  const Fence fence = claim(claimed("a"), ann).fence;
  exchange.ending(0, claimed("a"), fence - 1);
  settle();
  EXPECT_FALSE(claim(claimed("a"), bob).is_ending);
  exchange.ending(0, claimed("a"), fence);
  settle();
  EXPECT_TRUE(claim(claimed("a"), bob, Taken::replace).is_ending);
}

TEST_P(Promises, WhoHearsThatSomebodyCameFindsThemThere) {
  struct Watching final : Watcher {
    void heard(const std::vector<Attendance::Change>& changes) override {
      for (const Attendance::Change& change : changes) {
        std::string who = (change.is_there ? "+" : "-") + change.who->user;
        exchange->present(0, change.topic, [this, who = std::move(who)](bool is_there) {
          said.push_back(who + (is_there ? " there" : " gone"));
        });
      }
    }
    Exchange* exchange = nullptr;
    std::vector<std::string> said;
  };
  Watching watching;
  watching.exchange = &exchange;
  exchange.watch(0, watching);
  const auto attendee = [](const std::string& user) {
    auto who = std::make_shared<Attendee>();
    who->user = user;
    return who;
  };
  Exchange::Joined joined_at;
  join(1, joined("a"), joined_at);
  exchange.came(1, joined("a"), attendee("ann"));
  settle();
  join(2, joined("a"), joined_at);
  exchange.came(2, joined("a"), attendee("bob"));
  settle();
  exchange.leave(1, joined("a"), {});
  exchange.went(1, joined("a"), attendee("ann"));
  settle();
  exchange.leave(2, joined("a"), {});
  exchange.went(2, joined("a"), attendee("bob"));
  settle();
  EXPECT_THAT(watching.said, ElementsAre("+ann there", "-bob gone"));
}

/// A thread that reads tasks, as a worker's loop does.
class Loop final : public Post {
 public:
  bool deliver(Delivery) override { return false; }
  bool direct(Direct) override { return false; }
  bool await_eased(WorkerIndex) override { return false; }
  void run(std::function<void()> task) override { tasks_.put(std::move(task)); }
  void run_behind(Done<>) override {}

  void start() {
    thread_ = std::thread([this] {
      while (!over_) {
        std::vector<std::function<void()>> now;
        tasks_.take(now);
        for (const auto& task : now) task();
        if (now.empty()) std::this_thread::yield();
      }
    });
  }
  /// On its own thread.
  void stop() { over_ = true; }
  void join() { thread_.join(); }
  std::thread::id id() const { return thread_.get_id(); }

 private:
  Mailbox<std::function<void()>> tasks_{[] {}};
  bool over_ = false;
  std::thread thread_;
};

TEST_P(Promises, AnswersComeOnTheCallersWorker) {
  constexpr int kRounds = 500;
  const SystemClock real;
  LocalExchange local(real);
  LateExchange slow(local, seed);
  Exchange& asked = GetParam() ? static_cast<Exchange&>(slow) : local;
  std::array<Loop, kLoops> loops;
  std::array<int, kLoops> answers{};
  for (WorkerIndex worker = 0; worker < kLoops; ++worker) asked.attach(worker, loops[worker]);
  for (WorkerIndex worker = 0; worker < kLoops; ++worker) {
    loops[worker].start();
    loops[worker].run([&, worker] {
      const auto mine = [&loops, &answers, worker, me = std::this_thread::get_id()] {
        EXPECT_EQ(std::this_thread::get_id(), me);
        if (++answers[worker] == 7 * kRounds) loops[worker].stop();
      };
      for (int i = 0; i < kRounds; ++i) {
        const SessionId who{worker, static_cast<std::uint32_t>(i), worker + 1u};
        asked.claim(claimed(std::to_string(i)), who, Taken::replace, [&asked, mine, who, i](Exchange::Claim claim) {
          mine();
          asked.release(who.worker, claimed(std::to_string(i)), claim.fence, mine);
        });
        asked.join(worker, {joined("a")}, kMuch, [mine](const Exchange::AllJoined&) { mine(); });
        asked.present(worker, joined("a"), [mine](bool) { mine(); });
        Exchange::Batch batch;
        batch.push_back(sending(joined("a"), "x"));
        asked.publish(worker, std::move(batch), [mine](const Exchange::Published&) { mine(); });
        asked.kept(worker, joined("a"), {}, [mine](const KeptPart&) { mine(); });
        asked.leave(worker, joined("a"), mine);
      }
    });
  }
  for (Loop& loop : loops) loop.join();
  EXPECT_THAT(answers, testing::Each(7 * kRounds));
}

TEST(Done, IsCalledOnceMovesAndLetsGoOfWhatItHolds) {
  const auto held = std::make_shared<int>(0);
  {
    Done<int> first = [held](int by) { *held += by; };
    Done<int> second = std::move(first);
    EXPECT_FALSE(first);  // NOLINT: that is what is asked
    first(1);
    second(2);
    EXPECT_EQ(*held, 2);
    second = {};
    EXPECT_EQ(held.use_count(), 1);
    second = [held](int) {};
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST_P(Promises, InOneLineItIsOneTurnsAtATimeInTheOrderInWhichTheyLinedUp) {
  constexpr std::uint64_t kTurns = 60;
  std::vector<std::uint64_t> taken;
  std::array<std::vector<std::uint64_t>, kLoops> lined_up;
  Exchange::Joined at;
  join(0, joined("a"), at);
  settle();
  const auto step = [&](std::uint64_t number) {
    const auto worker = static_cast<WorkerIndex>(number % kLoops);
    InLine who{"profile\na", worker, number};
    exchange.line_up(who, kMuch, [&, who](bool its_turn) {
      EXPECT_TRUE(its_turn);
      taken.push_back(who.turn);
      publish(who.worker, joined("a"), std::to_string(who.turn));
      // It has its turn for some time.
      posts[who.worker].run([&, who] { exchange.step_out(who); });
    });
    lined_up[worker].push_back(number);
  };
  for (std::uint64_t number = 1; number <= kTurns; ++number) {
    step(number);
    if (number % 5 == 0) posts[number % kLoops].turn();
  }
  settle();
  ASSERT_THAT(taken, SizeIs(kTurns));
  std::vector<std::string> published;
  for (const std::uint64_t number : taken) published.push_back(std::to_string(number));
  EXPECT_EQ(heard(0), published) << "each finds published what those before it have";
  for (WorkerIndex worker = 0; worker < kLoops; ++worker) {
    std::vector<std::uint64_t> its;
    for (const std::uint64_t number : taken) {
      if (number % kLoops == worker) its.push_back(number);
    }
    EXPECT_EQ(its, lined_up[worker]);
  }
  if (!GetParam()) {
    EXPECT_TRUE(std::is_sorted(taken.begin(), taken.end()));
  }
}

TEST_P(Promises, WhoStepsOutBeforeItsTurnIsNotToldAndTheNextOneIs) {
  std::vector<std::string> told;
  const auto line_up = [&](std::uint64_t turn, WorkerIndex worker, std::size_t most) {
    exchange.line_up({"a", worker, turn}, most, [&told, turn](bool its_turn) {
      told.push_back(std::to_string(turn) + (its_turn ? " comes" : " does not"));
    });
    settle();
  };
  line_up(1, 0, 2);
  line_up(2, 1, 2);
  line_up(3, 2, 2);
  line_up(4, 0, 2);
  exchange.step_out({"a", 1, 2});
  settle();
  EXPECT_THAT(told, ElementsAre("1 comes", "4 does not"));
  exchange.step_out({"a", 0, 1});
  exchange.step_out({"a", 0, 1});
  settle();
  EXPECT_THAT(told, ElementsAre("1 comes", "4 does not", "3 comes"));
  exchange.step_out({"a", 2, 3});
  settle();
  line_up(5, 0, 0);
  EXPECT_THAT(told, ElementsAre("1 comes", "4 does not", "3 comes", "5 comes"));
}

}  // namespace
}  // namespace polygate
