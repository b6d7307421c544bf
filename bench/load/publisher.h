#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "bench/load/sessions.h"
#include "bench/load/works.h"

namespace bench {

/// The closed loop of a fan-out, which all shares drive together: whoever hears the delivery that makes room publishes
/// the next event, through the one session that speaks.
class Publisher {
 public:
  /// `frames` are published in turn.
  Publisher(const Options& options, std::vector<std::string> frames) : options_(options), frames_(std::move(frames)) {}

  void speak_through(const SessionPool& pool, std::size_t session) {
    pool_ = &pool;
    session_ = session;
  }

  void delivered(std::uint64_t count) {
    delivered_.fetch_add(count);
    auto published = published_.load();
    while (published * options_.sessions < delivered_.load() + room()) {
      if (published_.compare_exchange_weak(published, published + 1)) {
        pool_->send(session_, frames_[published % frames_.size()]);
        ++published;
      }
    }
  }

 private:
  /// An event may be published while fewer deliveries than this are outstanding: then at most `in_flight` events are.
  std::uint64_t room() const { return (options_.in_flight - 1) * options_.sessions + 1; }

  const Options& options_;
  std::vector<std::string> frames_;
  const SessionPool* pool_ = nullptr;
  std::size_t session_ = 0;
  alignas(64) std::atomic<std::uint64_t> published_{0};
  alignas(64) std::atomic<std::uint64_t> delivered_{0};
};

}  // namespace bench
