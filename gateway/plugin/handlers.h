#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/plugin/handler_result.h"
#include "gateway/plugin/handlers_enquiry.h"
#include "gateway/plugin/loader.h"
#include "gateway/plugin/plugin.h"
#include "gateway/routing/deed_table.h"
#include "gateway/store/once.h"

namespace polygate {

/// What happened in one call: for logs and metrics.
struct HandlerReport {
  std::string_view handler;  ///< "plugin.handler"
  Threading threading = Threading::inline_;
  Millis took{0};                     ///< the handler itself, without its write
  bool slow = false;                  ///< an inline handler held its worker for longer than `HandlerLimits::slow`
  std::string_view fault;             ///< what it did wrong, such as what its exception said; empty: nothing
  std::optional<Reason> failed = {};  ///< why it said no
  std::string_view details = {};      ///< of its no, for the log
  Millis wrote{0};                    ///< the closure of its Outcome::write, in its longest run
  bool slow_write = false;            ///< that held the store for longer than `HandlerLimits::slow_write`
};

/// What the handlers of one profile may take.
struct PoolLimits {
  std::size_t threads = 4;     ///< that run the blocking ones
  std::size_t queue = 10'000;  ///< calls that wait for these, and for each serial handler or state; one more is `busy`
};

struct HandlerLimits {
  std::size_t threads = 4;  ///< of profiles that give() says nothing of, like `queue`
  std::size_t queue = 10'000;
  Millis slow{100};
  Millis slow_write{50};
};

/// All handlers that the profiles of a deployment use, and the threads that run them. Built on the main thread: add(),
/// then start(); from then on run() may be called from any worker. stop() finishes what waits and joins; the end stops.
/// A handler that ends with Outcome::write keeps no thread: the store answers for it.
/// Each profile has a pool of its own, so that one whose handlers hang stops no other.
class Handlers {
 public:
  /// Names one handler of one profile. A small number, valid for this Handlers only.
  struct Id {
    std::uint32_t index = 0;
  };
  using Done = std::function<void(HandlerResult)>;
  /// Called on the thread that ran the handler, after every call; must be thread-safe and must not throw.
  using Report = std::function<void(const HandlerReport&)>;

  /// `clock` outlives the handlers. `workers` is how many threads call run().
  Handlers(unsigned workers, HandlerLimits limits, const Clock& clock, Report report = {});
  ~Handlers();
  Handlers(const Handlers&) = delete;
  Handlers& operator=(const Handlers&) = delete;

  /// What a profile's handlers may take. Before the first of them is added.
  void give(const std::string& profile, PoolLimits limits);

  /// Makes every instance of a handler of `plugin` that will be needed, or the state that it shares with others in the
  /// profile of these settings, so that settings which do not suit it are found at start-up: the failure names plugin
  /// and handler, of a state the plugin alone, and repeats what the constructor threw.
  Result<Id> add(const Plugin& plugin, const HandlerFactory& factory, const Settings& settings);
  void start();

  /// Runs one call. An inline handler that writes nothing answers at once, on the calling thread, which is worker
  /// number `worker`. For the others nothing is returned and `done` is called later, once, on a thread of ours or of
  /// the store (it should post to the worker's mailbox and return), unless we are stopping or the store takes no write:
  /// then the failure is returned and `done` never called.
  /// Where it runs later, it may ask by `asks` while it does. With a `deed` what it writes is remembered as done by the
  /// same commit.
  [[nodiscard]] std::optional<HandlerResult> run(Id id, unsigned worker, Call call, Done done, Enquiries asks = {},
                                                 const Deed* deed = nullptr);
  /// Does it run on a thread of ours?
  bool runs_elsewhere(Id id) const;

  /// Asks the store of the handler's plugin whether the deed was done. Returns false, and calls nothing, where that
  /// keeps no rows; else `done` is called once, on a thread of the store, or before this returns.
  using Recalled = std::function<void(Result<std::optional<DoneOnce>>)>;
  [[nodiscard]] bool recall(Id id, const Deed& deed, Recalled done);

  /// Accepts nothing more, finishes what waits, here and in the stores (each `done` is called), joins the threads.
  void stop();

 private:
  class Lane;
  class Writes;
  struct Writing;
  struct Handler;
  /// What handlers of one profile share, and the thread of those that are serial.
  struct State {
    std::shared_ptr<void> object = {};
    std::optional<std::string> fault = {};  // what its constructor threw
    Lane* lane = nullptr;
  };

  /// What the blocking handlers of one profile share.
  struct Pool {
    PoolLimits limits;
    Lane* lane = nullptr;
  };

  Pool& pool_of(const std::string& profile);
  std::size_t instances(Threading threading, const Pool& pool) const;
  Result<State*> state_of(const Plugin& plugin, const StateMethod& method, const Settings& settings);
  Lane* add_lane(std::size_t threads, std::size_t queue);
  Lane* lane_for(Threading threading, Pool& pool, State* state);
  struct Asked;
  std::optional<HandlerResult> invoke(const Handler& handler, std::size_t instance, const Asked& asked);
  std::int64_t unix_millis() const;
  HandlerResult conclude(const Handler& handler, const HandlerReport& report,
                         const std::optional<Outcome>& outcome) const;

  const unsigned workers_;
  const HandlerLimits limits_;
  const Clock& clock_;
  const Report report_;
  std::vector<std::unique_ptr<Handler>> handlers_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // the pools, and one for each serial handler, or all those of a state
  std::map<std::string, Pool> pools_;         // by profile; main thread only
  std::unique_ptr<Writes> writes_;
  std::stop_source stopping_;
  std::map<std::pair<std::string, std::shared_ptr<const StateFactory>>, State> states_;  // by profile; main thread only
};

}  // namespace polygate
