#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/routing/exchange.h"

namespace polygate {

/// A worker's post box for tests of one thread: remembers what came.
class Recorder final : public Post {
 public:
  bool deliver(Delivery delivery) override {
    deliveries.push_back(std::move(delivery));
    return is_pressed;
  }
  bool direct(Direct direct) override {
    directs.push_back(std::move(direct));
    return is_pressed;
  }
  bool await_eased(WorkerIndex who) override {
    const bool is_known = std::find(waiting.begin(), waiting.end(), who) != waiting.end();
    if (is_pressed && !is_known) waiting.push_back(who);
    return is_pressed;
  }
  void run(std::function<void()> task) override { tasks.push_back(std::move(task)); }
  void run_behind(Done<> task) override {
    tasks.push_back([its = std::make_shared<Done<>>(std::move(task))] { (*its)(); });
  }

  /// A turn of its loop. False: nothing was to be done.
  bool turn() {
    const auto now = std::exchange(tasks, {});
    for (const auto& task : now) task();
    return !now.empty();
  }

  bool is_pressed = false;
  std::vector<WorkerIndex> waiting;
  std::vector<Delivery> deliveries;
  std::vector<Direct> directs;
  std::vector<std::function<void()>> tasks;
};

/// A limit that no test reaches.
inline constexpr std::size_t kMuch = std::size_t{1} << 30;

inline FramePtr frame(std::string_view message) {
  return std::make_shared<const Frame>(std::string(message), 0, true);
}
inline Topic joined(std::string_view name) {
  return Topic::make(TopicKind::joined, "profile", "room", name);
}
inline Topic claimed(std::string_view name) {
  return Topic::make(TopicKind::claimed, "profile", "seat", name);
}
inline Exchange::Sending sending(const Topic& topic, std::string_view message) {
  return {topic, frame(message), {}, {}, {}};
}
/// For an Exchange that answers before the call returns.
inline Exchange::Published publish_now(Exchange& exchange, Exchange::Batch batch, WorkerIndex caller = 0) {
  Exchange::Published published;
  exchange.publish(caller, std::move(batch),
                   [&published](Exchange::Published answer) { published = std::move(answer); });
  return published;
}
inline Exchange::Published publish_now(Exchange& exchange, Exchange::Sending one, WorkerIndex caller = 0) {
  Exchange::Batch batch;
  batch.push_back(std::move(one));
  return publish_now(exchange, std::move(batch), caller);
}
inline Exchange::Joined join_now(Exchange& exchange, const Topic& topic, WorkerIndex caller) {
  Exchange::Joined joined;
  exchange.join(caller, {topic}, kMuch, [&joined](Exchange::AllJoined all) { joined = std::move(all[0]); });
  return joined;
}

}  // namespace polygate
