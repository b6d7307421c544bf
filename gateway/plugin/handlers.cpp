#include "gateway/plugin/handlers.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "gateway/plugin/guarded.h"

namespace polygate {

struct Handlers::Handler {
  std::string name;
  Threading threading;
  std::vector<HandlerFunction> instances;  // one per worker, per thread of the pool, or just one
  Lane* lane = nullptr;                    // none for inline handlers
};

/// A queue of calls and the threads that run them: many for the pool, one for a serial handler.
class Handlers::Lane {
 public:
  struct Task {
    const Handler* handler;
    Call call;
    Done done;
  };

  Lane(const Handlers& handlers, unsigned threads) : handlers_(handlers), thread_count_(threads) {}

  void start() {
    for (std::size_t i = 0; i < thread_count_; ++i) threads_.emplace_back([this, i] { work(i); });
  }

  /// Takes the task, or says why not.
  std::optional<Failure> offer(Task task) {
    const std::scoped_lock lock(mutex_);
    if (closing_) return Failure{Reason::busy, "the gateway is shutting down"};
    waiting_.push_back(std::move(task));
    available_.notify_one();
    return std::nullopt;
  }

  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      closing_ = true;
      available_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  void work(std::size_t instance) {
    while (std::optional<Task> task = take()) task->done(handlers_.invoke(*task->handler, instance, task->call));
  }

  /// Waits for a task; nothing once the lane is closing and empty.
  std::optional<Task> take() {
    std::unique_lock lock(mutex_);
    available_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    Task task = std::move(waiting_.front());
    waiting_.pop_front();
    return task;
  }

  const Handlers& handlers_;
  const std::size_t thread_count_;
  std::mutex mutex_;
  std::condition_variable available_;
  std::deque<Task> waiting_;          // guarded by mutex_
  bool closing_ = false;              // guarded by mutex_
  std::vector<std::thread> threads_;  // main thread only
};

Handlers::Handlers(unsigned workers, HandlerLimits limits, const Clock& clock, Report report)
    : workers_(std::max(1U, workers)), limits_(limits), clock_(clock), report_(std::move(report)) {
  lanes_.push_back(std::make_unique<Lane>(*this, std::max(1U, limits.threads)));
}

Handlers::~Handlers() {
  stop();
}

Result<Handlers::Id> Handlers::add(std::string_view plugin, const HandlerFactory& factory, const Settings& settings) {
  auto handler = std::make_unique<Handler>();
  handler->name = std::string(plugin) + "." + factory.name;
  handler->threading = factory.threading;
  std::size_t count = 1;
  if (factory.threading == Threading::inline_) count = workers_;
  if (factory.threading == Threading::blocking) count = std::max(1U, limits_.threads);
  const auto thrown = exception_of([&] {
    for (std::size_t i = 0; i < count; ++i) handler->instances.push_back(factory.make(settings));
  });
  if (thrown) return Failure{Reason::refused, "handler `" + handler->name + "` cannot start: " + *thrown};

  if (factory.threading == Threading::blocking) handler->lane = lanes_.front().get();
  if (factory.threading == Threading::serial) {
    lanes_.push_back(std::make_unique<Lane>(*this, 1));
    handler->lane = lanes_.back().get();
  }
  handlers_.push_back(std::move(handler));
  return Id{static_cast<std::uint32_t>(handlers_.size() - 1)};
}

void Handlers::start() {
  for (const auto& lane : lanes_) lane->start();
}

std::optional<HandlerResult> Handlers::run(Id id, unsigned worker, Call call, Done done) {
  const Handler& handler = *handlers_.at(id.index);
  if (handler.lane == nullptr) return invoke(handler, worker, call);
  if (auto failure = handler.lane->offer({&handler, std::move(call), std::move(done)})) return HandlerResult(*failure);
  return std::nullopt;
}

void Handlers::stop() {
  for (const auto& lane : lanes_) lane->stop();
}

HandlerResult Handlers::invoke(const Handler& handler, std::size_t instance, const Call& call) const {
  const Instant begun = clock_.now();
  std::optional<Outcome> outcome;
  const auto thrown = exception_of([&] { outcome = handler.instances.at(instance)(call); });
  if (report_) {
    const Millis took = clock_.now() - begun;
    const bool slow = handler.threading == Threading::inline_ && took > limits_.slow;
    HandlerReport report{handler.name, handler.threading, took, slow, thrown ? *thrown : std::string_view()};
    if (outcome && !outcome->accepted()) report.failed = outcome->reason();
    if (outcome) report.details = outcome->details();
    report_(report);
  }
  if (thrown) return Failure{Reason::internal, "internal error"};
  if (!outcome->accepted()) return Failure{outcome->reason(), outcome->message()};
  return outcome->result();
}

}  // namespace polygate
