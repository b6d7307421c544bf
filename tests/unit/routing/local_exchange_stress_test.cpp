// Threads against one exchange. Worth most under TSan.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gateway/routing/local_exchange.h"
#include "gateway/routing/mailbox.h"
#include "tests/unit/routing/recorder.h"

namespace polygate {
namespace {

constexpr WorkerIndex kWorkers = 4;

TEST(LocalExchangeStress, AClaimHasExactlyOneHolderAtAnyTime) {
  const SystemClock clock;
  LocalExchange exchange(clock);
  std::atomic<int> holders{0};
  std::atomic<int> gained{0};
  std::vector<std::thread> threads;
  for (WorkerIndex worker = 0; worker < kWorkers; ++worker) {
    threads.emplace_back([&, worker] {
      const SessionId me{worker, 0, worker + 1u};
      for (int round = 0; round < 20'000; ++round) {
        exchange.claim(claimed("a"), me, Taken::refuse, [&](Exchange::Claim claim) {
          if (!claim.gained) return;
          EXPECT_EQ(holders.fetch_add(1), 0);
          gained.fetch_add(1);
          holders.fetch_sub(1);
          exchange.release(worker, claimed("a"), claim.fence, {});
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(gained.load(), 0);
}

/// A worker's post: letters from every thread, read by its own.
class Box final : public Post {
 public:
  bool deliver(Delivery delivery) override {
    letters_.put(std::move(delivery));
    return false;
  }
  bool direct(Direct) override { return false; }
  bool await_eased(WorkerIndex) override { return false; }
  void run(std::function<void()>) override {}
  void run_behind(Done<>) override {}
  std::vector<Delivery> take() {
    std::vector<Delivery> letters;
    letters_.take(letters);
    return letters;
  }

 private:
  Mailbox<Delivery> letters_{[] {}};
};

TEST(LocalExchangeStress, AJoinerSeesEveryKeptKeyExactlyOnceKeptOrLive) {
  constexpr int kKeys = 300;
  const SystemClock clock;
  LocalExchange exchange(clock);
  std::array<Box, kWorkers> boxes;
  for (WorkerIndex worker = 0; worker < kWorkers; ++worker) exchange.attach(worker, boxes[worker]);
  std::array<std::map<std::string, int>, kWorkers> seen;
  std::array<std::vector<Position>, kWorkers> order;
  std::array<Position, kWorkers> joined_at{};

  std::vector<std::thread> threads;
  for (WorkerIndex worker = 0; worker < kWorkers; ++worker) {
    threads.emplace_back([&, worker] {
      // Everyone publishes keys of its own, and joins somewhere in the midst of it.
      for (int key = 0; key < kKeys; ++key) {
        if (key == kKeys / 2) {
          const auto at = join_now(exchange, joined("a"), worker);
          joined_at[worker] = at.position;
          for (const Kept& kept : at.kept.kept) ++seen[worker][std::string(kept.frame->message())];
        }
        const std::string name = std::to_string(worker) + "/" + std::to_string(key);
        Exchange::Sending one = sending(joined("a"), name);
        one.keep = Keep{name, Millis(key % 2 == 0 ? 0 : 3'600'000), std::size_t{kKeys} * kWorkers, kMuch};
        EXPECT_TRUE(publish_now(exchange, std::move(one), worker).not_kept.empty());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (WorkerIndex worker = 0; worker < kWorkers; ++worker) {
    for (const Delivery& delivery : boxes[worker].take()) {
      order[worker].push_back(delivery.position);
      if (delivery.position > joined_at[worker]) ++seen[worker][std::string(delivery.frame->message())];
    }
    EXPECT_EQ(seen[worker].size(), std::size_t{kKeys} * kWorkers);
    for (const auto& [key, times] : seen[worker]) EXPECT_EQ(times, 1) << key << " at worker " << worker;
    EXPECT_TRUE(std::is_sorted(order[worker].begin(), order[worker].end())) << "each worker hears a topic in order";
  }
}

TEST(LocalExchangeStress, WhatIsKeptAndWhatIsCountedAgreeAtTheEnd) {
  const SystemClock clock;
  LocalExchange exchange(clock);
  std::vector<std::thread> threads;
  for (WorkerIndex worker = 0; worker < kWorkers; ++worker) {
    threads.emplace_back([&, worker] {
      for (int round = 0; round < 5'000; ++round) {
        Exchange::Sending one = sending(joined(std::to_string(round % 8)), "x");
        one.keep = Keep{std::to_string((round * 7 + worker) % 50), Millis(round % 3), 40, kMuch};
        if (round % 5 == 0) one.forget.push_back(std::to_string(round % 50));
        publish_now(exchange, std::move(one), worker);
        if (round % 11 == 0) exchange.let_go();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t topic = 0; topic < 8; ++topic) {
    Exchange::Sending one = sending(joined(std::to_string(topic)), "x");
    for (int key = 0; key < 50; ++key) one.forget.push_back(std::to_string(key));
    publish_now(exchange, std::move(one));
  }
  const KeptMeter meter = exchange.kept_meters().at("profile");
  EXPECT_EQ(meter.messages, 0u);
  EXPECT_EQ(meter.bytes, 0u);
}

/// A worker that watches: what it hears of each topic is told to have changed, each time.
class WatchingBox final : public Post, public Watcher {
 public:
  bool deliver(Delivery) override { return false; }
  bool direct(Direct) override { return false; }
  bool await_eased(WorkerIndex) override { return false; }
  void run(std::function<void()> task) override { tasks_.put(std::move(task)); }
  void run_behind(Done<>) override {}
  void heard(const std::vector<Attendance::Change>& changes) override {
    for (const Attendance::Change& change : changes) {
      EXPECT_NE(there[change.topic.key], change.is_there) << change.topic.text();
      there[change.topic.key] = change.is_there;
      ++(change.is_there ? arrivals : departures);
    }
  }
  void turn() {
    std::vector<std::function<void()>> tasks;
    tasks_.take(tasks);
    for (const auto& task : tasks) task();
  }

  std::map<std::string, bool> there;
  std::size_t arrivals = 0;
  std::size_t departures = 0;

 private:
  Mailbox<std::function<void()>> tasks_{[] {}};
};

TEST(LocalExchangeStress, WhatIsHeardOfEachOfAThousandTopicsAlternatesAndIsRightAtTheEnd) {
  constexpr unsigned kTopics = 1'000;
  constexpr unsigned kSteps = 30'417;  // so that somebody is left on some of them
  const SystemClock clock;
  LocalExchange exchange(clock);
  std::array<WatchingBox, kWorkers> boxes;
  for (WorkerIndex worker = 0; worker < kWorkers; ++worker) {
    exchange.attach(worker, boxes[worker]);
    exchange.watch(worker, boxes[worker]);
  }
  std::array<std::vector<bool>, kWorkers> on;
  on.fill(std::vector<bool>(kTopics));
  std::vector<std::thread> threads;
  for (WorkerIndex worker = 0; worker < kWorkers; ++worker) {
    threads.emplace_back([&, worker] {
      const auto who = std::make_shared<const Attendee>();
      for (unsigned step = 0; step < kSteps; ++step) {
        const unsigned topic = (step * 7'919u * (worker + 1u)) % kTopics;
        const Topic its = joined(std::to_string(topic));
        if (on[worker][topic]) {
          exchange.went(worker, its, who);
        } else {
          exchange.came(worker, its, who);
        }
        on[worker][topic] = !on[worker][topic];
        if (step % 5 == 0) boxes[worker].turn();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (WatchingBox& box : boxes) box.turn();
  std::size_t left = 0;
  for (unsigned topic = 0; topic < kTopics; ++topic) {
    const bool is_there = on[0][topic] || on[1][topic] || on[2][topic] || on[3][topic];
    left += is_there ? 1 : 0;
    std::size_t known = 0;
    for (WatchingBox& box : boxes) known += box.there[joined(std::to_string(topic)).key] ? 1 : 0;
    EXPECT_EQ(known, is_there ? 1u : 0u) << topic;
  }
  std::size_t more = 0;
  for (const WatchingBox& box : boxes) {
    more += box.arrivals - box.departures;
    EXPECT_GT(box.departures, 0u) << "each watches some of them";
  }
  EXPECT_EQ(more, left);
  EXPECT_GT(left, 0u);
}

}  // namespace
}  // namespace polygate
