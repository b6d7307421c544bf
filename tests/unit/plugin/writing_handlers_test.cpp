#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "gateway/plugin/handlers.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/waiting.h"
#include "tests/unit/store/temporary_folder.h"

namespace polygate {
namespace {

using testing::HasSubstr;

/// A store that keeps what is submitted until the test says what becomes of it.
class HeldStore final : public Store {
 public:
  Result<void> submit(Write write) override {
    const std::scoped_lock lock(mutex_);
    if (refuses) return *refuses;
    writes_.push_back(std::move(write));
    came_.notify_all();
    return {};
  }
  Result<StoreRows> query(std::string_view, StoreRow, std::size_t) override { return StoreRows(); }

  /// The oldest write, once there is one.
  Write take() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] { return !writes_.empty(); });
    Write write = std::move(writes_.front());
    writes_.pop_front();
    return write;
  }

  std::optional<Failure> refuses;

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Write> writes_;
};

/// For closures that run nothing.
class NoTransaction final : public Transaction {
 public:
  Result<StoreRows> run(std::string_view, StoreRow, std::size_t) override { return StoreRows(); }
};

class WritingHandlers : public testing::Test {
 protected:
  using Script = std::function<Outcome(const Call&)>;

  void make(Script script, Threading threading = Threading::inline_, bool is_look = false) {
    handlers_ = std::make_unique<Handlers>(1, HandlerLimits{.threads = 1}, clock_, [this](const HandlerReport& report) {
      const std::scoped_lock lock(mutex_);
      said_.push_back(std::string(report.failed ? name(*report.failed) : "yes") + "|" + std::string(report.fault) +
                      "|" + std::string(report.details));
      slow_.push_back(report.slow_write);
      wrote_ = report.wrote;
    });
    const auto its = [script](const Settings&) -> HandlerFunction { return script; };
    const HandlerFactory factory{"handler", threading, its, std::nullopt, is_look};
    Settings settings;
    settings.store = store_;
    id_ = *handlers_->add({"p", {}, {}, {{"no_circle", Reason::absent, "no such circle"}}}, factory, settings);
    handlers_->start();
  }

  std::optional<HandlerResult> run(Json data = nullptr) {
    return handlers_->run(id_, 0, {.data = std::move(data)},
                          [this](HandlerResult result) { answers_.push_back(std::move(result)); });
  }
  /// Runs the oldest write's body, and tells it how its commit went.
  void settle(const Result<void>& committed = {}, int runs = 1) {
    Store::Write write = held_.take();
    for (int i = 0; i < runs; ++i) kept_ = write.body(transaction_);
    write.done(committed);
  }

  ManualClock clock_;
  HeldStore held_;
  Store* store_ = &held_;
  NoTransaction transaction_;
  std::mutex mutex_;
  std::vector<std::string> said_;
  std::vector<bool> slow_;
  Millis wrote_{0};
  std::vector<HandlerResult> answers_;
  bool kept_ = false;
  Handlers::Id id_;
  std::unique_ptr<Handlers> handlers_;  // last: its reports need the others
};

TEST_F(WritingHandlers, AClosureEmitsWithItsYesAlone) {
  make([](const Call& call) {
    const auto how = call.data.get<std::string>();
    if (how == "early") return Outcome::write("k", [](Transaction&) { return Outcome::accept(); }).emit({"a/b", "c"});
    return Outcome::write("k", [how](Transaction&) {
      Outcome outcome = how == "no" ? Outcome::refuse("no") : Outcome::accept(1);
      outcome.emit({"room/a", "said", 1}).emit({.topic = "room/b", .event = "told", .data = 2, .keep = "last"});
      return outcome;
    });
  });
  run("yes");
  settle({}, 2);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(*answers_[0], Json(1));
  ASSERT_EQ(answers_[0].emissions.size(), 2U) << "those of the run that was committed";
  EXPECT_EQ(answers_[0].emissions[0].topic, "room/a");
  EXPECT_EQ(answers_[0].emissions[0].event, "said");
  EXPECT_EQ(answers_[0].emissions[0].data, Json(1));
  EXPECT_EQ(answers_[0].emissions[0].keep, "");
  EXPECT_EQ(answers_[0].emissions[1].topic, "room/b");
  EXPECT_EQ(answers_[0].emissions[1].keep, "last");
  run("no");
  settle();
  EXPECT_FALSE(kept_);
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_EQ(answers_[1].failure().reason, Reason::internal);
  const auto early = run("early");
  ASSERT_TRUE(early);
  EXPECT_EQ(early->failure().message, "internal error");
  EXPECT_EQ(said_, (std::vector<std::string>{"yes||", "yes|it says no, and emits|",
                                             "yes|it emits before its write says yes: the closure does|"}));
}

TEST_F(WritingHandlers, AClosureFailsByANameThatThePluginDeclares) {
  make([](const Call& call) {
    return Outcome::write("k", [named = call.data.get<std::string>()](Transaction&) { return Outcome::fail(named); });
  });
  run("no_circle");
  settle();
  EXPECT_FALSE(kept_);
  run("no_square");
  settle();
  EXPECT_FALSE(kept_);
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_EQ(answers_[0].failure().reason, Reason::absent);
  EXPECT_EQ(answers_[0].failure().message, "no such circle");
  EXPECT_EQ(answers_[0].failure().name, "no_circle");
  EXPECT_EQ(answers_[1].failure().reason, Reason::internal);
  EXPECT_EQ(answers_[1].failure().message, "internal error");
  EXPECT_EQ(said_, (std::vector<std::string>{"absent||",
                                             "yes|it fails with `no_square`, which its plugin does not declare|"}));
}

TEST_F(WritingHandlers, AnInlineHandlerReturnsAtOnceAndIsAnsweredWithTheCommit) {
  make([](const Call& call) {
    return Outcome::write("k", [data = call.data](Transaction&) { return Outcome::accept({{"kept", data}}); });
  });
  EXPECT_FALSE(run(7));
  Store::Write write = held_.take();
  EXPECT_EQ(write.key, "k");
  EXPECT_FALSE(write.defines);
  EXPECT_TRUE(write.body(transaction_));
  EXPECT_EQ(answers_.size(), 0U) << "the commit is not durable yet";
  EXPECT_EQ(said_.size(), 0U);
  write.done({});
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(*answers_[0], Json({{"kept", 7}}));
  EXPECT_EQ(said_, std::vector<std::string>{"yes||"});
}

TEST_F(WritingHandlers, NoThreadOfThePoolWaitsForACommit) {
  std::promise<void> other_done;
  make(
      [&](const Call& call) {
        if (call.data == "write") return Outcome::write("k", [](Transaction&) { return Outcome::accept(); });
        return Outcome::accept();
      },
      Threading::blocking);
  EXPECT_FALSE(run("write"));
  Store::Write write = held_.take();
  ASSERT_FALSE(handlers_->run(id_, 0, {}, [&](const HandlerResult&) { other_done.set_value(); }));
  other_done.get_future().wait();  // on the pool's one thread, while the write is held
  EXPECT_EQ(answers_.size(), 0U);
  write.body(transaction_);
  write.done({});
  EXPECT_EQ(answers_.size(), 1U);
}

TEST_F(WritingHandlers, ACommitThatFailsIsToldInTheStoresReasonAndWordsAndTheRestIsLogged) {
  make([](const Call&) { return Outcome::write("k", [](Transaction&) { return Outcome::accept(); }); });
  EXPECT_FALSE(run());
  settle(Failure{Reason::limited, "the store is full", {}, "disk of 4 pages"});
  ASSERT_FALSE(answers_[0]);
  EXPECT_EQ(answers_[0].failure().reason, Reason::limited);
  EXPECT_EQ(answers_[0].failure().message, "the store is full");
  EXPECT_EQ(said_, std::vector<std::string>{"limited||disk of 4 pages"});
}

TEST_F(WritingHandlers, AClosureThatNeverRanIsToldTheSame) {
  make([](const Call&) { return Outcome::write("k", [](Transaction&) { return Outcome::accept(); }); });
  EXPECT_FALSE(run());
  settle(Failure{Reason::busy, "the store is locked", {}, "locked"}, 0);
  ASSERT_FALSE(answers_[0]);
  EXPECT_EQ(answers_[0].failure().reason, Reason::busy);
  EXPECT_EQ(said_, std::vector<std::string>{"busy||locked"});
}

TEST_F(WritingHandlers, ANoOfTheClosureLeavesNothingAndStandsWhateverTheCommitDoes) {
  make([](const Call&) { return Outcome::write("k", [](Transaction&) { return Outcome::refuse("not today"); }); });
  for (const Result<void>& committed : {Result<void>(), Result<void>(Failure{Reason::busy, "busy"})}) {
    answers_.clear();
    EXPECT_FALSE(run());
    settle(committed);
    EXPECT_FALSE(kept_);
    ASSERT_FALSE(answers_[0]);
    EXPECT_EQ(answers_[0].failure().reason, Reason::refused);
    EXPECT_EQ(answers_[0].failure().message, "not today");
  }
}

TEST_F(WritingHandlers, AClosureThatIsRunTwiceSaysWhatItSaidLast) {
  make([](const Call&) {
    return Outcome::write("k", [run = std::make_shared<int>(0)](Transaction&) { return Outcome::accept(++*run); });
  });
  EXPECT_FALSE(run());
  settle({}, 2);
  EXPECT_EQ(*answers_[0], Json(2));
}

TEST_F(WritingHandlers, AStoreThatTakesNoWriteAnswersAtOnce) {
  held_.refuses = Failure{Reason::busy, "too many writes wait", {}, "4096 wait"};
  make([](const Call&) { return Outcome::write("k", [](Transaction&) { return Outcome::accept(); }); });
  const auto refused = run();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->failure().reason, Reason::busy);
  EXPECT_EQ(refused->failure().message, "too many writes wait");
  EXPECT_EQ(said_, std::vector<std::string>{"busy||4096 wait"});
}

TEST_F(WritingHandlers, T60_AClosureThatThrowsIsUndoneAndTheProcessLives) {
  make([](const Call&) {
    return Outcome::write("k", [](Transaction&) -> Outcome { throw std::runtime_error("disk on fire"); });
  });
  EXPECT_FALSE(run());
  settle();
  EXPECT_FALSE(kept_);
  ASSERT_FALSE(answers_[0]);
  EXPECT_EQ(answers_[0].failure().reason, Reason::internal);
  EXPECT_EQ(answers_[0].failure().message, "internal error");
  EXPECT_EQ(said_, std::vector<std::string>{"yes|disk on fire|"});
}

TEST_F(WritingHandlers, AWriteWithinAWriteIsAFault) {
  make([](const Call&) {
    return Outcome::write(
        "k", [](Transaction&) { return Outcome::write("k", [](Transaction&) { return Outcome::accept(); }); });
  });
  EXPECT_FALSE(run());
  settle();
  EXPECT_FALSE(kept_);
  EXPECT_EQ(answers_[0].failure().reason, Reason::internal);
  EXPECT_EQ(said_, std::vector<std::string>{"yes|its write ends with another write|"});
}

TEST_F(WritingHandlers, AWriteOfALookIsAFault) {
  for (const Threading threading : {Threading::inline_, Threading::blocking}) {
    said_.clear();
    make([](const Call&) { return Outcome::write("k", [](Transaction&) { return Outcome::accept(); }); }, threading,
         true);
    auto failed = run();
    handlers_->stop();
    if (!failed) failed = answers_.at(0);
    EXPECT_EQ(failed->failure().reason, Reason::internal);
    EXPECT_EQ(said_, std::vector<std::string>{"yes|it writes, and a look only reads|"});
  }
}

TEST_F(WritingHandlers, AWriteWithoutAStoreIsAFault) {
  store_ = nullptr;
  make([](const Call&) { return Outcome::write("k", [](Transaction&) { return Outcome::accept(); }); });
  const auto failed = run();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->failure().reason, Reason::internal);
  EXPECT_EQ(said_, std::vector<std::string>{"yes|it writes to a store, and it has none|"});
}

TEST_F(WritingHandlers, AClosureOfMoreThan50MillisecondsIsReported) {
  make([&](const Call& call) {
    return Outcome::write("k", [&, millis = call.data.get<int>()](Transaction&) {
      clock_.advance(Millis(millis));
      return Outcome::accept();
    });
  });
  for (const int millis : {0, 50, 51}) {
    EXPECT_FALSE(run(millis));
    settle();
    EXPECT_EQ(wrote_, Millis(millis));
  }
  EXPECT_EQ(slow_, (std::vector<bool>{false, false, true}));
}

TEST_F(WritingHandlers, StopWaitsForTheStoreAndThenTakesNoWrite) {
  make([](const Call&) { return Outcome::write("k", [](Transaction&) { return Outcome::accept(); }); });
  EXPECT_FALSE(run());
  std::thread store([&] { settle(); });
  handlers_->stop();
  EXPECT_EQ(answers_.size(), 1U);
  store.join();
  const auto late = run();
  ASSERT_TRUE(late);
  EXPECT_EQ(late->failure().reason, Reason::busy);
  EXPECT_THAT(late->failure().message, HasSubstr("shutting down"));
}

TEST_F(WritingHandlers, WhatIsAcceptedIsInTheStoreAndWhatIsSpoiltIsNot) {
  const TemporaryFolder folder;
  auto store = std::move(*open_sqlite(folder / "db"));
  ASSERT_TRUE(write_and_wait(
      *store, "",
      [](Transaction& db) -> Result<void> {
        auto made = db.run("CREATE TABLE note (text TEXT PRIMARY KEY)");
        return made ? Result<void>() : made.failure();
      },
      true));
  store_ = store.get();
  make([](const Call& call) {
    return Outcome::write("k", [text = call.data.get<std::string>()](Transaction& db) {
      const auto rows = db.run("INSERT INTO note VALUES ($1) RETURNING text", {text});
      return Outcome::accept(rows ? std::get<std::string>((*rows)[0][0]) : "all the same");
    });
  });
  EXPECT_FALSE(run("once"));
  EXPECT_FALSE(run("once"));
  handlers_->stop();
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_EQ(*answers_[0], Json("once"));
  EXPECT_EQ(answers_[1].failure().reason, Reason::refused);
  EXPECT_EQ(answers_[1].failure().message, "the rules of the store forbid it");
  EXPECT_EQ(store->query("SELECT * FROM note")->size(), 1U);
  EXPECT_THAT(said_[1], HasSubstr("refused||UNIQUE constraint failed"));
}

TEST_F(WritingHandlers, WhatWasDoneElsewhereMeanwhileIsBusyAndNotKept) {
  make([](const Call&) { return Outcome::write("k", [](Transaction&) { return Outcome::accept(1); }); });
  const Deed deed{"p", "once", 7, Millis(1'000), 1'000, 10};
  const auto done = [this](HandlerResult result) { answers_.push_back(std::move(result)); };
  EXPECT_FALSE(handlers_->run(id_, 0, {}, done, {}, &deed));
  settle();  // where nothing can be inserted
  EXPECT_FALSE(kept_);
  EXPECT_FALSE(handlers_->run(id_, 0, {}, done));
  settle();
  EXPECT_TRUE(kept_);
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_EQ(answers_[0].failure().reason, Reason::busy);
  EXPECT_EQ(answers_[0].failure().message, "it is being done elsewhere");
  EXPECT_EQ(*answers_[1], Json(1));
}

TEST_F(WritingHandlers, WhetherItWasDoneIsAskedOfAStoreThatAnswers) {
  make([](const Call&) { return Outcome::accept(); });
  const Deed deed{"p", "once", 7, Millis(1'000), 1'000, 10};
  std::vector<Result<std::optional<DoneOnce>>> told;
  const auto note = [&told](Result<std::optional<DoneOnce>> done) { told.push_back(std::move(done)); };
  EXPECT_TRUE(handlers_->recall(id_, deed, note));
  EXPECT_EQ(told.size(), 0U);
  settle();
  EXPECT_FALSE(kept_) << "nothing was written";
  EXPECT_TRUE(handlers_->recall(id_, deed, note));
  settle(Failure{Reason::busy, "the store is locked"});
  held_.refuses = Failure{Reason::busy, "the store is crowded"};
  EXPECT_TRUE(handlers_->recall(id_, deed, note));
  handlers_->stop();
  EXPECT_TRUE(handlers_->recall(id_, deed, note));
  ASSERT_EQ(told.size(), 4U);
  EXPECT_FALSE(*told[0]);
  EXPECT_EQ(told[1].failure().message, "the store is locked");
  EXPECT_EQ(told[2].failure().message, "the store is crowded");
  EXPECT_EQ(told[3].failure().message, "the gateway is shutting down");
  store_ = nullptr;
  make([](const Call&) { return Outcome::accept(); });
  EXPECT_FALSE(handlers_->recall(id_, deed, note)) << "its plugin keeps no rows";
  EXPECT_EQ(told.size(), 4U);
}

}  // namespace
}  // namespace polygate
