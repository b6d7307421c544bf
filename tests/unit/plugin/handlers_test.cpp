#include "gateway/plugin/handlers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace polygate {
namespace {

using testing::HasSubstr;

HandlerFactory factory(Threading threading, std::function<HandlerFunction(const Settings&)> make) {
  return {"handler", threading, std::move(make)};
}

HandlerFactory simple(Threading threading, HandlerFunction function) {
  return factory(threading, [function](const Settings&) { return function; });
}

/// Counts its own calls, as handlers with a state do.
HandlerFactory counting(Threading threading) {
  return factory(threading, [](const Settings&) -> HandlerFunction {
    return [count = 0](const Call&) mutable { return Outcome::accept(++count); };
  });
}

Call call(Json data) {
  return {.data = std::move(data)};
}

/// Runs one call to its end, wherever it runs.
HandlerResult run(Handlers& handlers, Handlers::Id id, Json data = nullptr, unsigned worker = 0) {
  auto promise = std::make_shared<std::promise<HandlerResult>>();  // the setting thread may still be in it at our end
  auto future = promise->get_future();
  auto at_once = handlers.run(id, worker, call(std::move(data)),
                              [promise](HandlerResult result) { promise->set_value(std::move(result)); });
  return at_once ? std::move(*at_once) : future.get();
}

const SystemClock kClock;

TEST(Handlers, AnInlineHandlerAnswersAtOnceOnTheCallersThread) {
  Handlers handlers(1, {}, kClock);
  const auto self = std::this_thread::get_id();
  auto id = handlers.add({"p"},
                         simple(Threading::inline_,
                                [&](const Call& c) {
                                  EXPECT_EQ(std::this_thread::get_id(), self);
                                  return Outcome::accept(c.data);
                                }),
                         {});
  handlers.start();
  auto result = handlers.run(*id, 0, call(7), [](HandlerResult) { FAIL() << "done is for other threads"; });
  ASSERT_TRUE(result);
  EXPECT_EQ(**result, Json(7));
}

TEST(Handlers, EachWorkerHasAnInstanceOfItsOwn) {
  Handlers handlers(2, {}, kClock);
  auto id = handlers.add({"p"}, counting(Threading::inline_), {});
  EXPECT_EQ(*run(handlers, *id, nullptr, 0), Json(1));
  EXPECT_EQ(*run(handlers, *id, nullptr, 0), Json(2));
  EXPECT_EQ(*run(handlers, *id, nullptr, 1), Json(1));
}

TEST(Handlers, EachThreadOfThePoolHasAnInstanceOfItsOwn) {
  std::mutex mutex;
  std::map<int, std::set<std::thread::id>> threads_of_instance;
  std::atomic<int> made{0};
  Handlers handlers(1, {.threads = 3}, kClock);
  auto id = handlers.add({"p"},
                         factory(Threading::blocking,
                                 [&](const Settings&) -> HandlerFunction {
                                   return [&, instance = ++made](const Call&) {
                                     const std::scoped_lock lock(mutex);
                                     threads_of_instance[instance].insert(std::this_thread::get_id());
                                     return Outcome::accept();
                                   };
                                 }),
                         {});
  EXPECT_EQ(made, 3);
  handlers.start();
  for (int i = 0; i < 200; ++i) ASSERT_FALSE(handlers.run(*id, 0, {}, [](HandlerResult) {}));
  handlers.stop();
  for (const auto& [instance, threads] : threads_of_instance) EXPECT_EQ(threads.size(), 1U);
}

TEST(Handlers, BlockingCallsRunAtTheSameTime) {
  Handlers handlers(1, {.threads = 2}, kClock);
  std::promise<void> first, second;
  auto id = handlers.add({"p"},
                         simple(Threading::blocking,
                                [&](const Call& c) {
                                  // Each waits for the other: one thread alone would never end.
                                  (c.data == 1 ? first : second).set_value();
                                  (c.data == 1 ? second : first).get_future().wait();
                                  return Outcome::accept();
                                }),
                         {});
  handlers.start();
  std::atomic<int> done{0};
  for (int i = 1; i <= 2; ++i) ASSERT_FALSE(handlers.run(*id, 0, call(i), [&](HandlerResult) { ++done; }));
  handlers.stop();
  EXPECT_EQ(done, 2);
}

TEST(Handlers, ASerialHandlerIsOneInstanceCalledInOrder) {
  Handlers handlers(4, {.threads = 4}, kClock);
  std::vector<Json> seen;  // unguarded: only one call runs at a time
  auto id = handlers.add({"p"},
                         simple(Threading::serial,
                                [&](const Call& c) {
                                  seen.push_back(c.data);
                                  return Outcome::accept();
                                }),
                         {});
  handlers.start();
  std::vector<Json> expected;
  for (int i = 0; i < 500; ++i) {
    expected.emplace_back(i);
    ASSERT_FALSE(handlers.run(*id, static_cast<unsigned>(i % 4), call(i), [](HandlerResult) {}));
  }
  handlers.stop();
  EXPECT_EQ(seen, expected);
}

TEST(Handlers, ASerialHandlerHearsManyWorkersOneAtATime) {
  Handlers handlers(4, {}, kClock);
  auto id = handlers.add({"p"}, counting(Threading::serial), {});
  handlers.start();
  std::vector<std::thread> workers;
  for (unsigned worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&, worker] {
      for (int i = 0; i < 250; ++i) EXPECT_FALSE(handlers.run(*id, worker, {}, [](HandlerResult) {}));
    });
  }
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(*run(handlers, *id), Json(1'001));
}

TEST(Handlers, ACallForEachOfManySessionsWaitsForItsTurn) {
  constexpr int kSessions = 10'000;
  Handlers handlers(1, {.threads = 1, .queue = kSessions}, kClock);
  std::promise<void> begun, go_on;
  auto blocking = handlers.add({"p"},
                               simple(Threading::blocking,
                                      [&](const Call& c) {
                                        if (c.data == 0) {
                                          begun.set_value();
                                          go_on.get_future().wait();
                                        }
                                        return Outcome::accept();
                                      }),
                               {});
  handlers.start();
  std::atomic<int> done{0};
  for (int session = 0; session < kSessions; ++session) {
    ASSERT_FALSE(handlers.run(*blocking, 0, call(session), [&](HandlerResult result) { done += result ? 1 : 0; }));
    if (session == 0) begun.get_future().wait();
  }
  go_on.set_value();
  handlers.stop();
  EXPECT_EQ(done, kSessions);
}

TEST(Handlers, ARefusalCarriesTheHandlersText) {
  Handlers handlers(1, {}, kClock);
  auto id =
      handlers.add({"p"}, simple(Threading::inline_, [](const Call&) { return Outcome::refuse("not today"); }), {});
  auto result = run(handlers, *id);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.failure().reason, Reason::refused);
  EXPECT_EQ(result.failure().message, "not today");
}

TEST(Handlers, AFailureBelowReachesTheClientByItsReasonAndTheLogByItsWords) {
  std::vector<std::string> log;
  Handlers handlers(1, {}, kClock, [&](const HandlerReport& report) {
    log.push_back(std::string(report.failed ? name(*report.failed) : "") + ": " + std::string(report.details));
  });
  auto id = handlers.add({"p"},
                         simple(Threading::inline_,
                                [](const Call& c) -> Outcome {
                                  if (c.data == "own") return Outcome::fail(Reason::limited, "enough");
                                  if (c.data == "well") return Outcome::accept();
                                  return Outcome::fail(Failure{Reason::busy, "store: database is locked"}, "not now");
                                }),
                         {});
  const auto below = run(handlers, *id, "below");
  EXPECT_EQ(below.failure().reason, Reason::busy);
  EXPECT_EQ(below.failure().message, "not now");
  const auto own = run(handlers, *id, "own");
  EXPECT_EQ(own.failure().reason, Reason::limited);
  EXPECT_EQ(own.failure().message, "enough");
  EXPECT_TRUE(run(handlers, *id, "well"));
  EXPECT_EQ(log, (std::vector<std::string>{"busy: store: database is locked", "limited: ", ": "}));
}

TEST(Handlers, AFailureIsWhatThePluginDeclaredUnderItsName) {
  std::vector<std::string> log;
  Handlers handlers(1, {.threads = 1}, kClock, [&](const HandlerReport& report) {
    log.push_back(std::string(report.handler) + "|" + std::string(report.failed ? name(*report.failed) : "none") + "|" +
                  std::string(report.fault));
  });
  const Plugin plugin{
      "hub", {}, {}, {{"no_circle", Reason::absent, "no such circle"}, {"circle_full", Reason::limited, "too many"}}};
  const auto fails = [](const Call& c) { return Outcome::fail(c.data.get<std::string>()); };
  for (const Threading threading : {Threading::inline_, Threading::blocking}) {
    log.clear();
    const auto id = *handlers.add(plugin, simple(threading, fails), {});
    if (threading == Threading::blocking) handlers.start();
    const auto absent = run(handlers, id, "no_circle");
    EXPECT_EQ(absent.failure().reason, Reason::absent);
    EXPECT_EQ(absent.failure().message, "no such circle");
    EXPECT_EQ(absent.failure().name, "no_circle");
    const auto full = run(handlers, id, "circle_full");
    EXPECT_EQ(full.failure().reason, Reason::limited);
    EXPECT_EQ(full.failure().message, "too many");
    EXPECT_EQ(full.failure().name, "circle_full");
    const auto unknown = run(handlers, id, "no_square");
    EXPECT_EQ(unknown.failure().reason, Reason::internal);
    EXPECT_EQ(unknown.failure().message, "internal error");
    EXPECT_EQ(unknown.failure().name, "");
    EXPECT_EQ(log, (std::vector<std::string>{
                       "hub.handler|absent|", "hub.handler|limited|",
                       "hub.handler|none|it fails with `no_square`, which its plugin does not declare"}));
  }
}

TEST(Handlers, AConstructorThatThrowsIsNamedAtStartUp) {
  Handlers handlers(1, {}, kClock);
  auto id =
      handlers.add({"fleet"},
                   factory(Threading::serial,
                           [](const Settings& settings) -> HandlerFunction {
                             throw std::invalid_argument("settings.limit: found " + settings.values["limit"].dump());
                           }),
                   {.values = {{"limit", "x"}}});
  ASSERT_FALSE(id);
  EXPECT_EQ(id.failure().message, "handler `fleet.handler` cannot start: settings.limit: found \"x\"");
}

TEST(Handlers, StopFinishesWhatWaitsAndAcceptsNothingMore) {
  Handlers handlers(1, {.threads = 2}, kClock);
  auto blocking = handlers.add({"p"}, counting(Threading::blocking), {});
  auto serial = handlers.add({"p"}, counting(Threading::serial), {});
  std::atomic<int> done{0};
  for (int i = 0; i < 100; ++i) {
    for (auto id : {*blocking, *serial}) ASSERT_FALSE(handlers.run(id, 0, {}, [&](HandlerResult) { ++done; }));
  }
  handlers.start();
  handlers.stop();
  EXPECT_EQ(done, 200);
  auto late = handlers.run(*blocking, 0, {}, [](HandlerResult) { FAIL(); });
  ASSERT_TRUE(late);
  EXPECT_EQ(late->failure().reason, Reason::busy);
  EXPECT_THAT(late->failure().message, HasSubstr("shutting down"));
}

TEST(Threats, T60_AThrowingHandlerFailsItsOneEventAndTheProcessLives) {
  for (const Threading threading : {Threading::inline_, Threading::blocking, Threading::serial}) {
    std::string fault;
    Handlers handlers(1, {.threads = 1}, kClock, [&](const HandlerReport& report) { fault = report.fault; });
    auto id = handlers.add({"p"},
                           simple(threading,
                                  [](const Call& c) -> Outcome {
                                    if (c.data == "standard") throw std::runtime_error("disk on fire");
                                    if (c.data == "strange") throw 7;
                                    return Outcome::accept();
                                  }),
                           {});
    handlers.start();
    const auto thrown = run(handlers, *id, "standard");
    ASSERT_FALSE(thrown);
    EXPECT_EQ(thrown.failure().reason, Reason::internal);
    EXPECT_EQ(thrown.failure().message, "internal error");
    EXPECT_EQ(fault, "disk on fire");
    ASSERT_FALSE(run(handlers, *id, "strange"));
    EXPECT_THAT(fault, HasSubstr("no std::exception"));
    EXPECT_TRUE(run(handlers, *id, "well"));
    EXPECT_EQ(fault, "");
  }
}

TEST(Threats, T60_AnInlineHandlerThatHoldsItsWorkerIsReported) {
  ManualClock clock;
  std::vector<std::pair<std::string, bool>> reports;
  Handlers handlers(1, {}, clock, [&](const HandlerReport& report) {
    reports.emplace_back(report.handler, report.slow);
    EXPECT_LE(report.took, Millis(1'000));
  });
  auto id = handlers.add({"p"},
                         simple(Threading::inline_,
                                [&](const Call& c) {
                                  clock.advance(Millis(c.data.get<int>()));
                                  return Outcome::accept();
                                }),
                         {});
  for (const int millis : {0, 100, 101, 1'000}) ASSERT_TRUE(run(handlers, *id, millis));
  EXPECT_EQ(reports, (std::vector<std::pair<std::string, bool>>{
                         {"p.handler", false}, {"p.handler", false}, {"p.handler", true}, {"p.handler", true}}));
}

TEST(Threats, T60_ABlockingHandlerMayTakeItsTime) {
  ManualClock clock;
  bool slow = true;
  Handlers handlers(1, {.threads = 1}, clock, [&](const HandlerReport& report) { slow = report.slow; });
  auto id = handlers.add({"p"},
                         simple(Threading::blocking,
                                [&](const Call&) {
                                  clock.advance(Millis(1'000));
                                  return Outcome::accept();
                                }),
                         {});
  handlers.start();
  ASSERT_TRUE(run(handlers, *id));
  EXPECT_FALSE(slow);
}

}  // namespace
}  // namespace polygate
