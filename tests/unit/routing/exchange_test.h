#pragma once
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gateway/routing/local_exchange.h"
#include "tests/unit/routing/late_exchange.h"
#include "tests/unit/routing/recorder.h"

namespace polygate {

inline constexpr WorkerIndex kLoops = 3;

/// An Exchange, whose answers are late or not, and the loops of three workers.
class Promises : public testing::TestWithParam<bool> {
 protected:
  Promises() {
    RecordProperty("seed", std::to_string(seed));
    for (WorkerIndex worker = 0; worker < kLoops; ++worker) exchange.attach(worker, posts[worker]);
  }
  /// All loops turn until nothing is on its way.
  void settle() {
    for (bool any = true; any;) {
      any = false;
      for (Recorder& post : posts) any = post.turn() || any;
    }
  }
  void publish(WorkerIndex caller, const Topic& topic, const std::string& message) {
    Exchange::Batch batch;
    batch.push_back(sending(topic, message));
    exchange.publish(caller, std::move(batch), {});
  }
  void keep(WorkerIndex caller, const Topic& topic, const std::string& message) {
    Exchange::Batch batch;
    batch.push_back(sending(topic, message));
    batch[0].keep = Keep{message, Millis(0), 10'000, kMuch};
    exchange.publish(caller, std::move(batch), {});
  }
  void join(WorkerIndex caller, const Topic& topic, Exchange::Joined& answer) {
    exchange.join(caller, {topic}, kMuch, [&answer](Exchange::AllJoined all) { answer = std::move(all[0]); });
  }
  Exchange::Claim claim(const Topic& topic, SessionId who, Taken when_taken = Taken::refuse) {
    Exchange::Claim claim;
    exchange.claim(topic, who, when_taken, [&claim](Exchange::Claim answer) { claim = answer; });
    settle();
    return claim;
  }
  std::vector<std::string> heard(WorkerIndex worker) const {
    std::vector<std::string> all;
    for (const Delivery& one : posts[worker].deliveries) all.emplace_back(one.frame->message());
    return all;
  }

  const std::uint32_t seed = late_seed().value_or(std::random_device()());
  testing::ScopedTrace trace{__FILE__, __LINE__, "POLYGATE_LATE=" + std::to_string(seed)};
  ManualClock clock;
  LocalExchange here{clock};
  LateExchange late{here, seed};
  Exchange& exchange = GetParam() ? static_cast<Exchange&>(late) : here;
  std::array<Recorder, kLoops> posts;
};

}  // namespace polygate
