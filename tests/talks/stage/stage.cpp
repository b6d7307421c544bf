#include "tests/talks/stage/stage.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace polygate::stage {
namespace {

constexpr std::chrono::seconds kLongest{20};

/// What the handlers of one deployment share. It is there as long as they are.
class Stage {
 public:
  static std::shared_ptr<Stage> of(const Clock* clock) {
    static std::mutex mutex;
    static std::map<const Clock*, std::weak_ptr<Stage>> all;
    const std::scoped_lock lock(mutex);
    auto stage = all[clock].lock();
    if (!stage) all[clock] = stage = std::make_shared<Stage>();
    return stage;
  }

  /// One release lets one call go, whichever came first.
  bool hold(const std::string& name) {
    std::unique_lock lock(mutex_);
    ++begun_[name];
    came_.notify_all();
    const bool in_time = came_.wait_for(lock, kLongest, [&] { return ended_ || released_[name] > 0; });
    if (!ended_ && in_time) --released_[name];
    return in_time && !ended_;
  }
  /// Waits until so many calls of hold() have begun.
  bool begun(const std::string& name, int count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, kLongest, [&] { return ended_ || begun_[name] >= count; }) && !ended_;
  }
  void release(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    ++released_[name];
    came_.notify_all();
  }
  void end() {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    came_.notify_all();
  }
  int count(const std::string& name, int more) {
    const std::scoped_lock lock(mutex_);
    return counts_[name] += more;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::map<std::string, int> begun_;
  std::map<std::string, int> released_;
  std::map<std::string, int> counts_;
  bool ended_ = false;
};

std::string named(const Call& call) {
  return call.with.value("name", "");
}

/// Yes with what the rule passes, or no where `refuse` holds why. Either sends what stands in `emit`.
Outcome answer(const Call& call) {
  const auto refuse = call.with.is_object() ? call.with.find("refuse") : call.with.end();
  Outcome outcome =
      refuse != call.with.end() ? Outcome::refuse(refuse->get<std::string>()) : Outcome::accept(call.with);
  const auto emit = call.with.is_object() ? call.with.find("emit") : call.with.end();
  if (emit == call.with.end()) return outcome;
  for (const Json& one : *emit) {
    outcome.emit({one.at("topic").get<std::string>(), one.at("event").get<std::string>(), one.value("data", Json()),
                  one.value("keep", "")});
  }
  return outcome;
}

struct Echo {
  explicit Echo(const Settings&) {}
  Outcome operator()(const Call& call) const { return answer(call); }
};

/// No, by the name that the rule passes.
struct Fail {
  explicit Fail(const Settings&) {}
  Outcome operator()(const Call& call) const { return Outcome::fail(named(call)); }
};

struct Throw {
  explicit Throw(const Settings&) {}
  Outcome operator()(const Call&) const { throw std::runtime_error("thrown on the stage"); }
};

/// Says what it was called with.
struct Tell {
  explicit Tell(const Settings&) {}
  Outcome operator()(const Call& call) const {
    return Outcome::accept({{"profile", call.profile},
                            {"event", call.event},
                            {"role", call.role},
                            {"user", call.user},
                            {"claims", call.claims},
                            {"order", call.order},
                            {"data", call.data}});
  }
};

struct Hold {
  explicit Hold(const Settings& settings) : stage(Stage::of(settings.clock)) {}
  Outcome operator()(const Call& call) const {
    if (!stage->hold(named(call))) throw std::runtime_error("nobody let go of " + named(call));
    return answer(call);
  }
  std::shared_ptr<Stage> stage;
};

/// Yes when so many calls of Hold are under way, or were.
struct Begun {
  explicit Begun(const Settings& settings) : stage(Stage::of(settings.clock)) {}
  Outcome operator()(const Call& call) const {
    if (!stage->begun(named(call), call.with.at("count").get<int>())) throw std::runtime_error("nobody came");
    return Outcome::accept();
  }
  std::shared_ptr<Stage> stage;
};

struct Release {
  explicit Release(const Settings& settings) : stage(Stage::of(settings.clock)) {}
  Outcome operator()(const Call& call) const {
    stage->release(named(call));
    return Outcome::accept();
  }
  std::shared_ptr<Stage> stage;
};

/// Counts its calls by name; `counted` says how many there were.
struct Count {
  explicit Count(const Settings& settings) : stage(Stage::of(settings.clock)) {}
  Outcome operator()(const Call& call) const { return Outcome::accept({{"count", stage->count(named(call), 1)}}); }
  std::shared_ptr<Stage> stage;
};
struct Counted {
  explicit Counted(const Settings& settings) : stage(Stage::of(settings.clock)) {}
  Outcome operator()(const Call& call) const { return Outcome::accept({{"count", stage->count(named(call), 0)}}); }
  std::shared_ptr<Stage> stage;
};

/// Says who is there of the `topics` that the rule passes.
struct Present {
  explicit Present(const Settings&) {}
  Outcome operator()(const Call& call) const {
    const auto there = call.present(call.with.at("topics").get<std::vector<std::string>>());
    return there ? Outcome::accept(*there) : Outcome::fail(there.failure(), there.failure().message);
  }
};

/// Reads only. What it finds is what the rule passes; no where `refuse` holds why, or `fail` the name of a failure.
class Looks {
 public:
  explicit Looks(const Settings& settings) : stage_(Stage::of(settings.clock)) {}
  Outcome find(const Call& call) const {
    const auto fail = call.with.is_object() ? call.with.find("fail") : call.with.end();
    return fail != call.with.end() ? Outcome::fail(fail->get<std::string>()) : answer(call);
  }
  Outcome find_held(const Call& call) const {
    if (!stage_->hold(named(call))) throw std::runtime_error("nobody let go of " + named(call));
    return find(call);
  }
  /// Who the sender is.
  Outcome account(const Call& call) const {
    if (call.with.contains("fail")) return Outcome::fail(call.with["fail"].get<std::string>());
    if (call.with.contains("as_it_is")) return Outcome::accept();
    return Outcome::identify({.user = call.with.value("user", call.user),
                              .claims = {{"of", call.user}, {"name", call.claims.value("name", "")}},
                              .role = call.with.value("role", "")});
  }
  Outcome account_held(const Call& call) const {
    if (!stage_->hold(named(call))) throw std::runtime_error("nobody let go of " + named(call));
    return account(call);
  }
  Outcome find_throwing(const Call&) const { throw std::runtime_error("thrown on the stage"); }
  /// What no look may.
  Outcome find_writing(const Call&) const {
    return Outcome::write("key", [](Transaction&) { return Outcome::accept(); });
  }

 private:
  const std::shared_ptr<Stage> stage_;
};

}  // namespace

void release(const Clock& clock, const std::string& name) {
  Stage::of(&clock)->release(name);
}

void end(const Clock& clock) {
  Stage::of(&clock)->end();
}

}  // namespace polygate::stage

POLYGATE_PLUGIN(stage, plugin) {
  using namespace polygate::stage;
  plugin.handler<Echo>("echo");
  plugin.blocking_handler<Echo>("echo_blocking");
  plugin.serial_handler<Echo>("echo_serial");
  plugin.failure("no_circle", polygate::Reason::absent, "no such circle");
  plugin.failure("circle_full", polygate::Reason::limited, "nobody else fits into this circle");
  plugin.handler<Fail>("fail");
  plugin.blocking_handler<Fail>("fail_blocking");
  plugin.handler<Throw>("throw");
  plugin.blocking_handler<Throw>("throw_blocking");
  plugin.serial_handler<Throw>("throw_serial");
  plugin.handler<Tell>("tell");
  plugin.blocking_handler<Hold>("hold");
  plugin.serial_handler<Hold>("hold_serial");
  plugin.serial_handler<Begun>("begun");
  plugin.handler<Release>("release");
  plugin.handler<Count>("count");
  plugin.blocking_handler<Count>("count_blocking");
  plugin.serial_handler<Count>("count_serial");
  plugin.handler<Counted>("counted");
  plugin.handler<Present>("present_inline");
  plugin.blocking_handler<Present>("present_blocking");
  plugin.serial_handler<Present>("present_serial");
  plugin.state<Looks>()
      .look("find", &Looks::find, polygate::Threading::inline_)
      .look("find_blocking", &Looks::find, polygate::Threading::blocking)
      .look("find_serial", &Looks::find, polygate::Threading::serial)
      .look("find_held", &Looks::find_held, polygate::Threading::serial)
      .look("account", &Looks::account, polygate::Threading::blocking)
      .look("account_inline", &Looks::account, polygate::Threading::inline_)
      .look("account_held", &Looks::account_held, polygate::Threading::serial)
      .look("find_throwing", &Looks::find_throwing, polygate::Threading::blocking)
      .look("find_writing", &Looks::find_writing, polygate::Threading::inline_);
}
