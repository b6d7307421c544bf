#include "gateway/plugin/handlers.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "gateway/auth/verifier.h"
#include "gateway/base/diagnostics.h"
#include "gateway/plugin/guarded.h"

namespace polygate {

struct Handlers::Handler {
  std::string name;
  Threading threading;
  std::vector<HandlerFunction> instances;  // one per worker, per thread of the pool, or just one
  Lane* lane = nullptr;                    // none for inline handlers
  bool is_look = false;
  Store* store = nullptr;                 // what its writes are for
  std::vector<DeclaredFailure> failures;  // of its plugin

  const DeclaredFailure* declared(std::string_view failure) const {
    const auto found =
        std::find_if(failures.begin(), failures.end(), [&](const DeclaredFailure& one) { return one.name == failure; });
    return found == failures.end() ? nullptr : &*found;
  }

  /// What an outcome does that no handler may, or nothing. `call` is null of a write's.
  std::optional<std::string> fault_in(const Outcome& outcome, const Call* call) const {
    if (outcome.writes() && is_look) return "it writes, and a look only reads";
    if (!outcome.emissions().empty() && is_look) return "it emits, and a look only reads";
    if (outcome.identity()) return fault_in(*outcome.identity(), call);
    if (outcome.writes() && store == nullptr) return "it writes to a store, and it has none";
    if (!outcome.emissions().empty() && !outcome.accepted()) {
      return outcome.writes() ? "it emits before its write says yes: the closure does" : "it says no, and emits";
    }
    if (outcome.declared().empty() || declared(outcome.declared()) != nullptr) return std::nullopt;
    return "it fails with `" + outcome.declared() + "`, which its plugin does not declare";
  }

  static std::optional<std::string> fault_in(const Identity& identity, const Call* call) {
    if (call == nullptr || !call->authenticates)
      return "it says who the sender is, and `authenticate` has not asked it";
    if (!auth::is_user_name(identity.user)) return "it says who the sender is by what is no user's name";
    if (!identity.claims.is_object()) return "it says who the sender is with claims that are no object";
    const bool is_offered =
        identity.role.empty() || std::find(call->roles.begin(), call->roles.end(), identity.role) != call->roles.end();
    if (!is_offered) return "it picks the role `" + shown(identity.role) + "`, which its rule does not offer";
    return std::nullopt;
  }
};

/// One call, and who hears what comes of it.
struct Handlers::Asked {
  Call call;
  Done done;
  std::optional<Deed> deed;
};

/// A queue of calls and the threads that run them: many for a pool, one for a serial handler or the serial ones of a
/// state. Whom a client leaves behind by going away is here too, so the queue has an end of its own.
class Handlers::Lane {
 public:
  struct Task {
    const Handler* handler;
    Asked asked;
    Enquiries asks;
  };

  Lane(Handlers& handlers, std::size_t threads, std::size_t queue)
      : handlers_(handlers), thread_count_(threads), most_(threads + queue) {}

  void start() {
    for (std::size_t i = 0; i < thread_count_; ++i) threads_.emplace_back([this, i] { work(i); });
  }

  /// Takes the task, or says why not.
  std::optional<Failure> offer(Task task) {
    const std::scoped_lock lock(mutex_);
    if (closing_) return Failure{Reason::busy, "the gateway is shutting down"};
    if (open_ == most_) return Failure{Reason::busy, "too many events wait for the handler"};
    ++open_;
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
    while (std::optional<Task> task = take()) {
      if (task->asks.present) {
        task->asked.call.asks =
            std::make_shared<WaitingEnquiry>(std::move(task->asks), handlers_.stopping_.get_token());
      }
      auto result = handlers_.invoke(*task->handler, instance, task->asked);
      finish();
      if (result) task->asked.done(std::move(*result));
    }
  }

  /// Whoever hears the answer finds room for the next call.
  void finish() {
    const std::scoped_lock lock(mutex_);
    --open_;
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

  Handlers& handlers_;
  const std::size_t thread_count_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable available_;
  std::deque<Task> waiting_;          // guarded by mutex_
  std::size_t open_ = 0;              // guarded by mutex_: tasks that wait or run
  bool closing_ = false;              // guarded by mutex_
  std::vector<std::thread> threads_;  // main thread only
};

/// How many writes are with the stores.
class Handlers::Writes {
 public:
  /// False once stop() has been called.
  bool begin() {
    const std::scoped_lock lock(mutex_);
    if (!closing_) ++open_;
    return !closing_;
  }
  void end() {
    const std::scoped_lock lock(mutex_);
    if (--open_ == 0) none_.notify_all();
  }
  void stop() {
    std::unique_lock lock(mutex_);
    closing_ = true;
    none_.wait(lock, [&] { return open_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t open_ = 0;  // guarded by mutex_
  bool closing_ = false;  // guarded by mutex_
};

/// One Outcome::write on its way to the store and back. Touched by the thread that hands it over, then by the store's.
struct Handlers::Writing {
  Writing(Handlers& its, const Handler& which, Outcome::Closure its_closure, const Asked& asked,
          const HandlerReport& of_the_handler)
      : handlers(its),
        handler(which),
        closure(std::move(its_closure)),
        done(asked.done),
        deed(asked.deed),
        report(of_the_handler) {}

  Handlers& handlers;
  const Handler& handler;
  const Outcome::Closure closure;
  const Done done;
  const std::optional<Deed> deed;
  HandlerReport report;
  std::optional<Outcome> outcome = {};
  std::string fault = {};

  bool run(Transaction& transaction) {
    outcome.reset();
    const Instant begun = handlers.clock_.now();
    fault = exception_of([&] { outcome = closure(transaction); }).value_or("");
    report.wrote = std::max(report.wrote, handlers.clock_.now() - begun);
    if (outcome)
      fault =
          outcome->writes() ? "its write ends with another write" : handler.fault_in(*outcome, nullptr).value_or("");
    if (!fault.empty()) outcome.reset();
    return outcome && outcome->accepted() && (!deed || remember(transaction));
  }

  /// That it is done, in the same transaction. What the store says against it spoils that, and is told by its end.
  bool remember(Transaction& transaction) {
    const std::int64_t now = handlers.unix_millis();
    const DoneOnce done_now{deed->data, outcome->result().dump(-1, ' ', false, Json::error_handler_t::replace)};
    const Result<bool> first =
        remember_done(transaction, deed->key, done_now, {now, now + deed->within.count(), deed->most_rows});
    if (!first || *first) return true;
    outcome = Outcome::fail(Reason::busy, "it is being done elsewhere");
    return false;
  }

  void end(const Result<void>& committed) {
    if (!committed && fault.empty() && (!outcome || outcome->accepted())) {
      outcome = Outcome::fail(committed.failure(), committed.failure().message);
    }
    report.fault = fault;
    report.slow_write = report.wrote > handlers.limits_.slow_write;
    done(handlers.conclude(handler, report, outcome));
    handlers.writes_->end();
  }
};

Handlers::Handlers(unsigned workers, HandlerLimits limits, const Clock& clock, Report report)
    : workers_(std::max(1U, workers)),
      limits_(limits),
      clock_(clock),
      report_(std::move(report)),
      writes_(std::make_unique<Writes>()) {}

Handlers::~Handlers() {
  stop();
}

void Handlers::give(const std::string& profile, PoolLimits limits) {
  pools_[profile].limits = limits;
}

Handlers::Pool& Handlers::pool_of(const std::string& profile) {
  return pools_.try_emplace(profile, Pool{{limits_.threads, limits_.queue}}).first->second;
}

Result<Handlers::Id> Handlers::add(const Plugin& plugin, const HandlerFactory& factory, const Settings& settings) {
  auto handler = std::make_unique<Handler>();
  handler->name = plugin.name + "." + factory.name;
  handler->threading = factory.threading;
  handler->is_look = factory.is_look;
  handler->store = settings.store;
  handler->failures = plugin.failures;
  Pool& pool = pool_of(settings.profile);
  State* state = nullptr;
  if (factory.method) {
    const Result<State*> shared = state_of(plugin, *factory.method, settings);
    if (!shared) return shared.failure();
    state = *shared;
  }
  const auto thrown = exception_of([&] {
    for (std::size_t i = 0; i < instances(factory.threading, pool); ++i) {
      handler->instances.push_back(state != nullptr ? factory.method->bind(state->object) : factory.make(settings));
    }
  });
  if (thrown) return Failure{Reason::refused, "handler `" + handler->name + "` cannot start: " + *thrown};
  handler->lane = lane_for(factory.threading, pool, state);
  handlers_.push_back(std::move(handler));
  return Id{static_cast<std::uint32_t>(handlers_.size() - 1)};
}

/// How many threads may call a handler.
std::size_t Handlers::instances(Threading threading, const Pool& pool) const {
  if (threading == Threading::serial) return 1;
  return threading == Threading::inline_ ? workers_ : pool.limits.threads;
}

/// Made when it is first asked for; one that cannot be made is not tried again.
Result<Handlers::State*> Handlers::state_of(const Plugin& plugin, const StateMethod& method, const Settings& settings) {
  State& state = states_[{settings.profile, method.state}];
  if (state.object == nullptr && !state.fault) {
    state.fault = exception_of([&] { state.object = method.state->make(settings); });
  }
  if (state.fault) return Failure{Reason::refused, "plugin `" + plugin.name + "` cannot start: " + *state.fault};
  return &state;
}

Handlers::Lane* Handlers::add_lane(std::size_t threads, std::size_t queue) {
  return lanes_.emplace_back(std::make_unique<Lane>(*this, threads, queue)).get();
}

/// None for inline handlers. The serial ones of a state share theirs.
Handlers::Lane* Handlers::lane_for(Threading threading, Pool& pool, State* state) {
  if (threading == Threading::inline_) return nullptr;
  if (threading == Threading::blocking) {
    if (pool.lane == nullptr) pool.lane = add_lane(pool.limits.threads, pool.limits.queue);
    return pool.lane;
  }
  if (state == nullptr) return add_lane(1, pool.limits.queue);
  if (state->lane == nullptr) state->lane = add_lane(1, pool.limits.queue);
  return state->lane;
}

void Handlers::start() {
  for (const auto& lane : lanes_) lane->start();
}

bool Handlers::runs_elsewhere(Id id) const {
  return handlers_.at(id.index)->lane != nullptr;
}

std::optional<HandlerResult> Handlers::run(Id id, unsigned worker, Call call, Done done, Enquiries asks,
                                           const Deed* deed) {
  const Handler& handler = *handlers_.at(id.index);
  Asked asked{std::move(call), std::move(done), deed != nullptr ? std::optional(*deed) : std::nullopt};
  if (handler.lane == nullptr) return invoke(handler, worker, asked);
  auto failure = handler.lane->offer({&handler, std::move(asked), std::move(asks)});
  if (failure) return HandlerResult(std::move(*failure));
  return std::nullopt;
}

std::int64_t Handlers::unix_millis() const {
  return static_cast<std::int64_t>(clock_.unix_seconds() * 1e3);
}

bool Handlers::recall(Id id, const Deed& deed, Recalled done) {
  const Handler& handler = *handlers_.at(id.index);
  if (handler.store == nullptr) return false;
  if (!writes_->begin()) {
    done(Failure{Reason::busy, "the gateway is shutting down"});
    return true;
  }
  const auto found = std::make_shared<Result<std::optional<DoneOnce>>>(std::optional<DoneOnce>());
  const auto told = std::make_shared<Recalled>(std::move(done));
  const auto look = [found, key = deed.key, now = unix_millis()](Transaction& transaction) {
    *found = find_done(transaction, key, now);
    return !*found;  // then it is spoilt, and that is told
  };
  const auto end = [this, found, told](const Result<void>& ran) {
    (*told)(ran ? std::move(*found) : Result<std::optional<DoneOnce>>(ran.failure()));
    writes_->end();
  };
  if (Result<void> taken = handler.store->submit({deed.key, look, end}); !taken) {
    (*told)(taken.failure());
    writes_->end();
  }
  return true;
}

void Handlers::stop() {
  stopping_.request_stop();
  for (const auto& lane : lanes_) lane->stop();
  writes_->stop();
}

std::optional<HandlerResult> Handlers::invoke(const Handler& handler, std::size_t instance, const Asked& asked) {
  const Instant begun = clock_.now();
  std::optional<Outcome> outcome;
  const auto thrown = exception_of([&] { outcome = handler.instances.at(instance)(asked.call); });
  HandlerReport report;
  report.handler = handler.name;
  report.threading = handler.threading;
  report.took = clock_.now() - begun;
  report.slow = handler.threading == Threading::inline_ && report.took > limits_.slow;
  std::optional<std::string> fault = thrown ? thrown : handler.fault_in(*outcome, &asked.call);
  if (fault) outcome.reset();
  if (fault) report.fault = *fault;
  if (fault || !outcome->writes()) return conclude(handler, report, outcome);

  if (!writes_->begin()) return HandlerResult(Failure{Reason::busy, "the gateway is shutting down"});
  auto writing = std::make_shared<Writing>(*this, handler, outcome->closure(), asked, report);
  Result<void> taken =
      handler.store->submit({outcome->key(), [writing](Transaction& transaction) { return writing->run(transaction); },
                             [writing](const Result<void>& committed) { writing->end(committed); }});
  if (taken) return std::nullopt;
  writes_->end();
  return conclude(handler, report, Outcome::fail(taken.failure(), taken.failure().message));
}

/// Tells what happened, and what the rule hears of it: nothing of what was thrown.
HandlerResult Handlers::conclude(const Handler& handler, const HandlerReport& report,
                                 const std::optional<Outcome>& outcome) const {
  std::optional<Failure> failure;
  if (!outcome) {
    failure = Failure{Reason::internal, "internal error"};
  } else if (const DeclaredFailure* declared = handler.declared(outcome->declared())) {
    failure = Failure{declared->reason, declared->message, declared->name};
  } else if (!outcome->accepted()) {
    failure = Failure{outcome->reason(), outcome->message()};
  }
  if (report_) {
    HandlerReport told = report;
    if (outcome && failure) told.failed = failure->reason;
    if (outcome) told.details = outcome->details();
    report_(told);
  }
  if (failure) return std::move(*failure);
  HandlerResult yes = outcome->result();
  yes.emissions = outcome->emissions();
  yes.identity = outcome->identity();
  return yes;
}

}  // namespace polygate
