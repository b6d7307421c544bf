#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "bench/load/sessions.h"
#include "bench/load/works.h"

namespace bench {

/// One thread's part of a work. Every phase runs on a thread of its own core; phases never overlap.
class Share : public Listener {
 public:
  Share(const Options& options, unsigned index) : options_(options), pool_(options.port, options.path, index) {}

  /// Opens the sessions.
  virtual void open() = 0;
  /// Gives them their names.
  virtual void greet() {}
  /// What else must be said before the load starts.
  virtual void prepare() {}
  /// The first messages of the closed loop.
  virtual void start() {}
  /// After each poll, with what it read already heard.
  virtual void after_poll() {}

  /// Polls until told to stop.
  void run(const std::atomic<bool>& stop);
  std::size_t sessions() const { return pool_.size(); }
  std::uint64_t done() const { return done_.load(std::memory_order_relaxed); }

 protected:
  /// Only this thread writes the count, so that no locked instruction is needed.
  void add_done(std::uint64_t count) { done_.store(done() + count, std::memory_order_relaxed); }
  static Deadline set_up_deadline() { return std::chrono::steady_clock::now() + std::chrono::seconds(30); }

  const Options& options_;
  SessionPool pool_;

 private:
  alignas(64) std::atomic<std::uint64_t> done_{0};
};

/// Takes the shares through their phases and measures the window, from the warm-up's end on.
Measurement measure(const Options& options, const std::vector<std::unique_ptr<Share>>& shares);

/// How many of `total` belong to share `index` of `shares`.
std::size_t part_of(std::size_t total, std::size_t index, std::size_t shares);

}  // namespace bench
