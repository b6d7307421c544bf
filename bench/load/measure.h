#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "bench/load/sessions.h"
#include "bench/load/works.h"

namespace bench {

/// One thread's part of a work. Every phase runs on a thread of its own core; phases never overlap.
class Share {
 public:
  explicit Share(const Options& options) : options_(options) {}
  virtual ~Share() = default;

  /// Opens the sessions.
  virtual void open() = 0;
  /// Gives them their names.
  virtual void greet() {}
  /// What else must be said before the load starts.
  virtual void prepare() {}
  /// The first messages of the closed loop.
  virtual void start() {}
  /// Waits up to `timeout` for something to read, and hears it.
  virtual void poll(std::chrono::milliseconds timeout) = 0;
  /// After each poll, with what it read already heard.
  virtual void after_poll() {}
  virtual std::size_t sessions() const = 0;
  /// How many messages it has sent in all, where that is counted.
  virtual std::uint64_t sent() const { return 0; }

  /// Polls until told to stop.
  void run(const std::atomic<bool>& stop);
  std::uint64_t done() const { return done_.load(std::memory_order_relaxed); }

 protected:
  /// Only this thread writes the count, so that no locked instruction is needed.
  void add_done(std::uint64_t count) { done_.store(done() + count, std::memory_order_relaxed); }
  static Deadline set_up_deadline() { return std::chrono::steady_clock::now() + std::chrono::seconds(30); }

  const Options& options_;

 private:
  alignas(64) std::atomic<std::uint64_t> done_{0};
};

/// A share whose sessions are WebSockets.
class SessionShare : public Share, public Listener {
 public:
  SessionShare(const Options& options, unsigned index) : SessionShare(options, index, options.path) {}
  SessionShare(const Options& options, unsigned index, const std::string& path)
      : Share(options), pool_(options.port, path, index) {}

  void poll(std::chrono::milliseconds timeout) override { pool_.poll(timeout, *this); }
  std::size_t sessions() const override { return pool_.size(); }

 protected:
  SessionPool pool_;
};

/// Takes the shares through their phases and measures the window, from the warm-up's end on.
Measurement measure(const Options& options, const std::vector<std::unique_ptr<Share>>& shares);

/// Opens and greets, and measures what the idle sessions hold; there is no load and no window.
Measurement measure_idle(const Options& options, const std::vector<std::unique_ptr<Share>>& shares);

/// How many of `total` belong to share `index` of `shares`.
std::size_t part_of(std::size_t total, std::size_t index, std::size_t shares);

}  // namespace bench
