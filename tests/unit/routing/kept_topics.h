#pragma once
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/routing/local_exchange.h"
#include "tests/unit/routing/recorder.h"

namespace polygate {

inline Exchange::Sending keep(std::string key, Millis lasts = Millis(0)) {
  Exchange::Sending sending;
  sending.keep = Keep{std::move(key), lasts, 1'000, kMuch};
  return sending;
}
inline Exchange::Sending forget(std::vector<std::string> keys) {
  Exchange::Sending sending;
  sending.forget = std::move(keys);
  return sending;
}
inline Topic of_profile(std::string_view profile) {
  return Topic::make(TopicKind::joined, profile, "room", "a");
}

/// One worker, and what the topics of an exchange keep.
class KeptMessagesTest : public testing::Test {
 protected:
  void SetUp() override { exchange.attach(0, worker); }
  /// What becomes of a message that should stay.
  struct Outcome {
    std::size_t handed = 0;
    std::optional<KeptLimit> not_kept;
  };
  Outcome publish(const Topic& topic, FramePtr message, Exchange::Sending how) {
    how.topic = topic;
    how.frame = std::move(message);
    const auto published = publish_now(exchange, std::move(how));
    if (published.not_kept.empty()) return {published.handed, std::nullopt};
    EXPECT_EQ(published.not_kept[0].topic, topic);
    return {published.handed, published.not_kept[0].limit};
  }
  Outcome publish(const Topic& topic, std::string_view message, const Exchange::Sending& how) {
    return publish(topic, frame(message), how);
  }
  std::vector<std::string> kept(const Topic& topic) {
    std::vector<std::string> messages;
    for (const Kept& kept : join_now(exchange, topic, 0).kept.kept) messages.emplace_back(kept.frame->message());
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

}  // namespace polygate
