#pragma once
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gateway/routing/exchange.h"

namespace polygate {

/// Another Exchange, far away: a call takes effect there some turns of the caller's loop later, and is answered some
/// turns after that. The calls of one worker keep their order, and so do the answers. Calls come from each worker's own
/// thread, as everywhere.
class LateExchange final : public Exchange {
 public:
  using Turns = std::function<unsigned()>;  ///< how many; asked for each way

  LateExchange(Exchange& there, std::function<Turns(WorkerIndex)> delays) : there_(there), delays_(std::move(delays)) {}
  /// Random delays: the same ones for the same seed.
  LateExchange(Exchange& there, std::uint32_t seed)
      : LateExchange(there, [seed](WorkerIndex worker) -> Turns {
          return [random = std::minstd_rand(seed + worker)]() mutable -> unsigned {
            const auto number = random() / 8;  // the low bits are not worth much
            return 1 + static_cast<unsigned>(number % 8 == 0 ? number / 8 % 20 : number / 8 % 3);
          };
        }) {}

  void attach(WorkerIndex worker, Post& post) override {
    there_.attach(worker, post);
    if (lanes_.size() <= worker) lanes_.resize(worker + std::size_t{1});
    lanes_[worker] = std::make_unique<Lane>(Lane{&post, delays_(worker)});
  }

  /// From any other thread: until nothing is on its way.
  void wait_until_idle() const {
    for (std::size_t left = 0; (left = on_their_way_.load()) != 0;) on_their_way_.wait(left);
  }

  void claim(const Topic& topic, SessionId who, Taken when_taken, Done<Claim> done) override {
    call(who.worker,
         [=, this, answer = later(who.worker, std::move(done))] { there_.claim(topic, who, when_taken, answer); });
  }
  void take_over(const Topic& topic, SessionId who, Fence dead, Taken when_taken, Done<Claim> done) override {
    call(who.worker, [=, this, answer = later(who.worker, std::move(done))] {
      there_.take_over(topic, who, dead, when_taken, answer);
    });
  }
  void withdraw(const Topic& topic, SessionId who) override {
    call(who.worker, [=, this] { there_.withdraw(topic, who); });
  }
  void ending(WorkerIndex caller, const Topic& topic, Fence fence) override {
    call(caller, [=, this] { there_.ending(caller, topic, fence); });
  }
  void release(WorkerIndex caller, const Topic& topic, Fence fence, Done<> done) override {
    call(caller, [=, this, answer = later(caller, std::move(done))] { there_.release(caller, topic, fence, answer); });
  }
  void present(WorkerIndex caller, const Topic& topic, Done<bool> done) override {
    call(caller, [=, this, answer = later(caller, std::move(done))] { there_.present(caller, topic, answer); });
  }
  void charge(WorkerIndex caller, const Charge& charge, Done<Millis> done) override {
    call(caller, [=, this, answer = later(caller, std::move(done))] { there_.charge(caller, charge, answer); });
  }
  void line_up(const InLine& who, std::size_t most, Done<bool> done) override {
    call(who.worker, [=, this, answer = later(who.worker, std::move(done))] { there_.line_up(who, most, answer); });
  }
  void step_out(const InLine& who) override {
    call(who.worker, [=, this] { there_.step_out(who); });
  }
  void begin_deed(WorkerIndex caller, const Deed& deed, Done<DeedTable::Found> done) override {
    call(caller, [=, this, answer = later(caller, std::move(done))] { there_.begin_deed(caller, deed, answer); });
  }
  void end_deed(WorkerIndex caller, const Deed& deed, DeedResult result, Done<> done) override {
    call(caller, [=, this, answer = later(caller, std::move(done))] { there_.end_deed(caller, deed, result, answer); });
  }
  void join(WorkerIndex caller, std::vector<Topic> topics, std::size_t weight, Done<AllJoined> done) override {
    call(caller, [=, this, answer = later(caller, std::move(done))] { there_.join(caller, topics, weight, answer); });
  }
  void leave(WorkerIndex caller, const Topic& topic, Done<> done) override {
    call(caller, [=, this, answer = later(caller, std::move(done))] { there_.leave(caller, topic, answer); });
  }
  void kept(WorkerIndex caller, const Topic& topic, const KeptRange& range, Done<KeptPart> done) override {
    call(caller, [=, this, answer = later(caller, std::move(done))] { there_.kept(caller, topic, range, answer); });
  }
  void recall(WorkerIndex caller, const Topic& topic, const std::string& key, Done<KeptData> done) override {
    call(caller, [=, this, answer = later(caller, std::move(done))] { there_.recall(caller, topic, key, answer); });
  }
  void publish(WorkerIndex caller, Batch batch, Done<Published> done) override {
    call(caller, [=, this, answer = later(caller, std::move(done))] { there_.publish(caller, batch, answer); });
  }
  void echo(WorkerIndex caller, Done<> done) override {
    call(caller, [=, this, answer = later(caller, std::move(done))] { there_.echo(caller, answer); });
  }
  std::uint64_t ordered() const override { return there_.ordered(); }
  void let_go() override { there_.let_go(); }
  void direct(WorkerIndex caller, Direct direct) override {
    call(caller, [=, this] { there_.direct(caller, direct); });
  }
  void watch(WorkerIndex worker, Watcher& watcher) override { there_.watch(worker, watcher); }
  void came(WorkerIndex caller, const Topic& topic, AttendeePtr who) override {
    call(caller, [=, this] { there_.came(caller, topic, who); });
  }
  void went(WorkerIndex caller, const Topic& topic, AttendeePtr who) override {
    call(caller, [=, this] { there_.went(caller, topic, who); });
  }

 private:
  struct Step {
    std::uint64_t turn = 0;
    std::function<void()> what;
  };
  /// One worker's way to there and back; touched on its thread alone.
  struct Lane {
    Post* post = nullptr;
    Turns delay;
    std::deque<Step> calls = {};
    std::deque<Step> answers = {};
    std::uint64_t now = 0;
    bool is_turning = false;
  };

  void call(WorkerIndex caller, std::function<void()> what) {
    add(*lanes_[caller], lanes_[caller]->calls, std::move(what));
  }
  /// What takes the answer there, and brings it here. Only one who wants an answer waits for one.
  template <class... Answer>
  std::function<void(Answer...)> later(WorkerIndex caller, Done<Answer...> done) {
    auto waits = std::make_shared<Done<Answer...>>(std::move(done));
    return [this, caller, waits](Answer... answer) {
      add(*lanes_[caller], lanes_[caller]->answers,
          [waits, all = std::make_shared<std::tuple<Answer...>>(std::move(answer)...)] {
            std::apply([&](Answer&... each) { (*waits)(std::move(each)...); }, *all);
          });
    };
  }
  void add(Lane& lane, std::deque<Step>& steps, std::function<void()> what) {
    ++on_their_way_;
    const std::uint64_t least = steps.empty() ? 0 : steps.back().turn;
    steps.push_back({std::max(least, lane.now + lane.delay()), std::move(what)});
    if (!std::exchange(lane.is_turning, true)) lane.post->run([this, &lane] { turn(lane); });
  }
  void turn(Lane& lane) {
    ++lane.now;
    take(lane, lane.answers);
    take(lane, lane.calls);
    lane.is_turning = !lane.calls.empty() || !lane.answers.empty();
    if (lane.is_turning) lane.post->run([this, &lane] { turn(lane); });
  }
  void take(const Lane& lane, std::deque<Step>& steps) {
    while (!steps.empty() && steps.front().turn <= lane.now) {
      const std::function<void()> what = std::move(steps.front().what);
      steps.pop_front();
      what();
      if (--on_their_way_ == 0) on_their_way_.notify_all();
    }
  }

  Exchange& there_;
  std::function<Turns(WorkerIndex)> delays_;
  std::atomic<std::size_t> on_their_way_{0};
  std::vector<std::unique_ptr<Lane>> lanes_;  ///< by worker; complete before the first call
};

/// The seed, when tests are to run with late answers: POLYGATE_LATE is a number, or `random`. Printed once.
inline std::optional<std::uint32_t> late_seed() {
  static const auto known = []() -> std::optional<std::uint32_t> {
    const char* set = std::getenv("POLYGATE_LATE");
    if (set == nullptr) return std::nullopt;
    const std::uint32_t seed = std::string(set) == "random"
                                   ? std::random_device()()
                                   : static_cast<std::uint32_t>(std::strtoul(set, nullptr, 10));
    std::fprintf(stderr, "answers of the Exchange are late: POLYGATE_LATE=%u\n", seed);
    return seed;
  }();
  return known;
}

/// Stands before `there` in a run that wants that; else null.
inline std::unique_ptr<LateExchange> late_if_wanted(Exchange& there) {
  const auto seed = late_seed();
  return seed ? std::make_unique<LateExchange>(there, *seed) : nullptr;
}

}  // namespace polygate
