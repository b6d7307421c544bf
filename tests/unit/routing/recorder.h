#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
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
    if (is_pressed) waiting.push_back(who);
    return is_pressed;
  }

  bool is_pressed = false;
  std::vector<WorkerIndex> waiting;
  std::vector<Delivery> deliveries;
  std::vector<Direct> directs;
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

}  // namespace polygate
