// Each profile has a pool and queues of its own.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>

#include "gateway/plugin/handlers.h"

namespace polygate {
namespace {

const SystemClock kPoolClock;

HandlerFactory pooled(Threading threading, HandlerFunction function) {
  return {"handler", threading, [function](const Settings&) { return function; }};
}

/// Counts its own calls.
HandlerFactory tally(Threading threading) {
  return pooled(threading,
                [count = std::make_shared<std::atomic<int>>(0)](const Call&) { return Outcome::accept(++*count); });
}

HandlerResult said_by(Handlers& handlers, Handlers::Id id) {
  const auto promise = std::make_shared<std::promise<HandlerResult>>();
  auto future = promise->get_future();
  auto at_once = handlers.run(id, 0, {}, [promise](HandlerResult result) { promise->set_value(std::move(result)); });
  return at_once ? std::move(*at_once) : future.get();
}

/// Calls that are held until they are let go.
class Holding {
 public:
  HandlerFactory handler(Threading threading) {
    return pooled(threading, [this](const Call&) {
      std::unique_lock lock(mutex_);
      ++begun_;
      changed_.notify_all();
      changed_.wait(lock, [&] { return over_; });
      return Outcome::accept();
    });
  }
  void await(int begun) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_ == begun; });
  }
  void let_go() {
    const std::scoped_lock lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = 0;
  bool over_ = false;
};

TEST(Pools, AProfileWhosePoolIsHeldAndFullIsBusyAndAnotherAnswers) {
  for (const std::size_t queue : {0U, 3U}) {
    Holding holding;
    Handlers handlers(1, {.threads = 1, .queue = 1}, kPoolClock);
    handlers.give("a", {.threads = 2, .queue = queue});
    const auto held = *handlers.add({"p"}, holding.handler(Threading::blocking), {.profile = "a"});
    const auto beside = *handlers.add({"q"}, tally(Threading::blocking), {.profile = "a"});
    const auto other = *handlers.add({"p"}, tally(Threading::blocking), {.profile = "b"});
    handlers.start();
    std::atomic<std::size_t> accepted{0};
    std::size_t busy = 0;
    const auto call_for = [&](Handlers::Id id) {
      const auto at_once = handlers.run(id, 0, {}, [&](HandlerResult result) { accepted += result ? 1 : 0; });
      if (at_once && at_once->failure().reason == Reason::busy) ++busy;
    };
    for (int i = 0; i < 8; ++i) call_for(held);
    holding.await(2);
    EXPECT_EQ(busy, 6 - queue);
    call_for(beside);
    EXPECT_EQ(busy, 7 - queue) << "all handlers of a profile share its pool";
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(*said_by(handlers, other), Json(i));
    holding.let_go();
    handlers.stop();
    EXPECT_EQ(accepted, 2 + queue);
  }
}

TEST(Pools, WhoHearsAnAnswerFindsRoomForTheNextCall) {
  Handlers handlers(1, {.threads = 1, .queue = 0}, kPoolClock);
  for (const Threading threading : {Threading::blocking, Threading::serial}) {
    static_cast<void>(*handlers.add({"p"}, tally(threading), {}));
  }
  handlers.start();
  for (int i = 1; i <= 200; ++i) {
    EXPECT_EQ(*said_by(handlers, {0}), Json(i));
    EXPECT_EQ(*said_by(handlers, {1}), Json(i));
  }
}

TEST(Pools, EachSerialHandlerHasAQueueOfItsOwn) {
  Holding holding;
  Handlers handlers(1, {.queue = 1}, kPoolClock);
  const auto held = *handlers.add({"p"}, holding.handler(Threading::serial), {});
  const auto other = *handlers.add({"p"}, tally(Threading::serial), {});
  handlers.start();
  int busy = 0;
  for (int i = 0; i < 5; ++i) busy += handlers.run(held, 0, {}, [](HandlerResult) {}) ? 1 : 0;
  EXPECT_EQ(busy, 3);
  EXPECT_EQ(*said_by(handlers, other), Json(1));
  holding.let_go();
}

}  // namespace
}  // namespace polygate
