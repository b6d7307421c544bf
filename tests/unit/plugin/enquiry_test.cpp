// What a handler asks while it runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

#include "gateway/plugin/handlers.h"

namespace polygate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Names = std::vector<std::string>;
using Answer = std::function<void(Enquiries::Present)>;

/// Handlers of which one asks for the topics in its data, and who answers.
class Asking : public testing::Test {
 protected:
  Handlers::Id add(Threading threading) {
    const auto ask = [](const Call& call) {
      const auto there = call.present(call.data.get<Names>());
      return there ? Outcome::accept(*there) : Outcome::fail(there.failure(), there.failure().message);
    };
    return add(threading, ask);
  }
  Handlers::Id add(Threading threading, HandlerFunction function) {
    return *handlers_.add({"p"}, {"handler", threading, [function](const Settings&) { return function; }}, {});
  }
  /// Its answer, wherever it runs.
  HandlerResult run(Handlers::Id id, const Names& topics, Enquiries asked) {
    const auto promise = std::make_shared<std::promise<HandlerResult>>();
    auto future = promise->get_future();
    auto at_once = handlers_.run(
        id, 0, {.data = topics}, [promise](HandlerResult result) { promise->set_value(std::move(result)); },
        std::move(asked));
    return at_once ? std::move(*at_once) : future.get();
  }

  const SystemClock clock_;
  std::string fault_;  // of the last call
  Handlers handlers_{1, {.threads = 2}, clock_, [this](const HandlerReport& report) { fault_ = report.fault; }};
};

constexpr Millis kLong{3'600'000};

TEST_F(Asking, WaitsForAnAnswerThatComesOnAnotherThread) {
  for (const Threading threading : {Threading::blocking, Threading::serial}) add(threading);
  handlers_.start();
  for (const std::uint32_t index : {0U, 1U}) {
    std::thread worker;
    const auto answer = [&](const Names& topics, const Answer& say) {
      worker = std::thread([topics, say] { say(Names{topics.back()}); });
    };
    const HandlerResult result = run({index}, {"room/a", "room/b"}, {answer, kLong});
    worker.join();
    EXPECT_EQ(*result, Json(Names{"room/b"}));
    EXPECT_EQ(fault_, "");
  }
}

TEST_F(Asking, HearsWhyThereIsNone) {
  const auto id = add(Threading::blocking);
  handlers_.start();
  const auto refuse = [](const Names&, const Answer& say) { say(Failure{Reason::invalid, "no such topic"}); };
  const HandlerResult result = run(id, {"room/a"}, {refuse, kLong});
  EXPECT_EQ(result.failure().reason, Reason::invalid);
  EXPECT_EQ(result.failure().message, "no such topic");
}

TEST_F(Asking, IsForHandlersThatMayWait) {
  const auto id = add(Threading::inline_);
  const auto never = [](const Names&, const Answer&) { FAIL() << "nobody should be asked"; };
  EXPECT_EQ(run(id, {"room/a"}, {never, kLong}).failure().reason, Reason::internal);
  EXPECT_THAT(fault_, HasSubstr("blocking and serial handlers"));
}

TEST_F(Asking, ACopyOfTheCallAsksNothingOnAnotherThread) {
  std::string thrown;
  const auto id = add(Threading::blocking, [&](const Call& call) {
    std::thread([&thrown, copy = call] {
      try {
        static_cast<void>(copy.present({"room/a"}));
      } catch (const std::logic_error& error) {
        thrown = error.what();
      }
    }).join();
    return Outcome::accept();
  });
  handlers_.start();
  const auto never = [](const Names&, const Answer&) { FAIL() << "nobody should be asked"; };
  EXPECT_TRUE(run(id, {}, {never, kLong}));
  EXPECT_THAT(thrown, HasSubstr("on its thread"));
}

TEST_F(Asking, NamesABoundedNumberOfTopics) {
  const auto id = add(Threading::blocking);
  handlers_.start();
  int asked = 0;
  const auto all = [&](Names topics, const Answer& say) {
    ++asked;
    say(std::move(topics));
  };
  EXPECT_EQ(run(id, Names(256, "room/a"), {all, kLong})->size(), 256U);
  EXPECT_EQ(run(id, Names(257, "room/a"), {all, kLong}).failure().reason, Reason::limited);
  EXPECT_EQ(asked, 1);
}

TEST_F(Asking, DoesNotWaitForEver) {
  const auto id = add(Threading::serial);
  handlers_.start();
  Answer late;
  const auto keep = [&](const Names&, const Answer& say) { late = say; };
  const HandlerResult result = run(id, {"room/a"}, {keep, Millis(1)});
  EXPECT_EQ(result.failure().reason, Reason::busy);
  EXPECT_THAT(result.failure().message, HasSubstr("in time"));
  late(Names{});  // to nobody
}

TEST_F(Asking, DoesNotHoldUpTheEnd) {
  const auto id = add(Threading::blocking);
  handlers_.start();
  std::promise<void> asked;
  std::promise<HandlerResult> result;
  const auto never = [&](const Names&, const Answer&) { asked.set_value(); };
  ASSERT_FALSE(handlers_.run(id, 0, {.data = Names{"room/a"}},
                             [&](HandlerResult said) { result.set_value(std::move(said)); }, {never, kLong}));
  asked.get_future().wait();
  handlers_.stop();
  const HandlerResult said = result.get_future().get();
  EXPECT_EQ(said.failure().reason, Reason::busy);
  EXPECT_THAT(said.failure().message, HasSubstr("shutting down"));
}

}  // namespace
}  // namespace polygate
