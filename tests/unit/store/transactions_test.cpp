#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <thread>

#include "tests/unit/store/engines.h"
#include "tests/unit/store/opened_store.h"

namespace polygate {
namespace {

using testing::HasSubstr;

class Transactions : public testing::TestWithParam<const char*> {
 protected:
  Transactions() : store_(place_.open()) {
    define(*store_, "CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL CHECK (value >= 0))");
    must(execute(*store_, "INSERT INTO counter VALUES ('a', 0), ('b', 0)"));
  }

  std::int64_t value(const std::string& name) {
    return std::get<std::int64_t>((*store_->query("SELECT value FROM counter WHERE name = $1", {name}))[0][0]);
  }

  /// Submits the body and waits for what `done` hears.
  Result<void> submit(std::function<bool(Transaction&)> body) {
    auto promise = std::make_shared<std::promise<Result<void>>>();
    must(store_->submit({"a", std::move(body), [promise](Result<void> result) { promise->set_value(result); }}));
    return promise->get_future().get();
  }

  StorePlace place_{GetParam()};
  std::unique_ptr<Store> store_;
};

TEST_P(Transactions, ReturningGivesTheRowsThatWereWritten) {
  const auto rows = execute(*store_, "UPDATE counter SET value = value + $1 WHERE name = $2 RETURNING value, name",
                            {std::int64_t{9'007'199'254'740'993}, "a"});
  must(rows);
  EXPECT_EQ(*rows, (StoreRows{{std::int64_t{9'007'199'254'740'993}, "a"}}));
  EXPECT_EQ(value("a"), 9'007'199'254'740'993);
}

TEST_P(Transactions, ABodySeesWhatItHasChangedAndOthersSeeItWhenItIsDone) {
  must(submit([&](Transaction& db) {
    must(db.run("UPDATE counter SET value = 5 WHERE name = 'a'"));
    EXPECT_EQ((*db.run("SELECT value FROM counter WHERE name = 'a'"))[0][0], StoreValue(std::int64_t{5}));
    EXPECT_EQ(value("a"), 0);
    return true;
  }));
  EXPECT_EQ(value("a"), 5);
}

TEST_P(Transactions, ABodyThatSaysNoLeavesNothingAndIsDoneAllTheSame) {
  must(submit([](Transaction& db) {
    must(db.run("UPDATE counter SET value = 5"));
    return false;
  }));
  EXPECT_EQ(value("a"), 0);
  EXPECT_EQ(store_->meter().written, 2U) << "the table and its rows";
}

TEST_P(Transactions, AFailingStatementSpoilsItsTransactionAndNoOther) {
  int runs = 0;
  const Result<void> spoilt = submit([&](Transaction& db) {
    ++runs;
    must(db.run("UPDATE counter SET value = 5 WHERE name = 'b'"));
    const auto first = db.run("UPDATE counter SET value = -1 WHERE name = 'a'");
    EXPECT_EQ(first.failure().reason, Reason::refused);
    const auto second = db.run("SELECT 1");
    EXPECT_EQ(second.failure().details, first.failure().details) << "what follows fails in the same way";
    return true;
  });
  ASSERT_FALSE(spoilt);
  EXPECT_EQ(spoilt.failure().reason, Reason::refused);
  EXPECT_EQ(spoilt.failure().message, "the rules of the store forbid it");
  EXPECT_THAT(spoilt.failure().details, HasSubstr("value"));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(value("b"), 0);
  must(store_->health());
  must(execute(*store_, "UPDATE counter SET value = 1 WHERE name = 'a'"));
}

TEST_P(Transactions, InsertOrElseIsOnConflict) {
  const auto added = execute(*store_,
                             "INSERT INTO counter VALUES ('a', $1) ON CONFLICT (name) DO UPDATE SET value = "
                             "counter.value + $1 RETURNING value",
                             {std::int64_t{3}});
  must(added);
  EXPECT_EQ((*added)[0][0], StoreValue(std::int64_t{3}));
  const auto nothing = execute(*store_, "INSERT INTO counter VALUES ('a', 1) ON CONFLICT DO NOTHING RETURNING value");
  must(nothing);
  EXPECT_EQ(nothing->size(), 0U);
}

TEST_P(Transactions, WhatIsReadAndWrittenUnderOneKeyIsNeverLost) {
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, name = std::string(t % 2 == 0 ? "a" : "b")] {
      for (int i = 0; i < kEach; ++i) {
        must(store_->write(name, [&](Transaction& db) -> Result<void> {
          auto rows = db.run("SELECT value FROM counter WHERE name = $1", {name});
          if (!rows) return rows.failure();
          auto set = db.run("UPDATE counter SET value = $2 WHERE name = $1",
                            {name, std::get<std::int64_t>((*rows)[0][0]) + 1});
          return set ? Result<void>() : set.failure();
        }));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(value("a"), 2 * kEach);
  EXPECT_EQ(value("b"), 2 * kEach);
}

TEST_P(Transactions, WritesOfOneKeyAreDoneInTheOrderOfTheirComing) {
  std::vector<int> ran;  // unguarded: one after another
  std::vector<int> done;
  std::promise<void> last;
  for (int i = 0; i < 1'000; ++i) {
    must(store_->submit({"a",
                         [&ran, i](Transaction&) {
                           ran.push_back(i);
                           return true;
                         },
                         [&, i](const Result<void>&) {
                           done.push_back(i);
                           if (i == 999) last.set_value();
                         }}));
  }
  last.get_future().wait();
  ASSERT_EQ(ran.size(), 1'000U);
  EXPECT_TRUE(std::is_sorted(ran.begin(), ran.end()));
  EXPECT_EQ(done, ran);
}

TEST_P(Transactions, MoreRowsThanAreWantedSpoilThem) {
  const Result<void> spoilt = submit([](Transaction& db) {
    EXPECT_TRUE(db.run("UPDATE counter SET value = 7 RETURNING name", {}, 2));
    EXPECT_FALSE(db.run("SELECT name FROM counter", {}, 1));
    return true;
  });
  ASSERT_FALSE(spoilt);
  EXPECT_EQ(spoilt.failure().reason, Reason::limited);
  EXPECT_EQ(value("a"), 0);
}

TEST_P(Transactions, ValuesThatCannotBeKeptAreInvalid) {
  const auto refused = execute(*store_, "UPDATE counter SET value = 1 WHERE name = $1", {std::string("a\0b", 3)});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().reason, Reason::invalid);
  EXPECT_EQ(refused.failure().message, "$1: text holds a NUL");
}

TEST_P(Transactions, TablesAreForMigrations) {
  for (const char* sql : {"CREATE TABLE other (a TEXT)", "DROP TABLE counter", "ALTER TABLE counter ADD a TEXT"}) {
    const auto refused = execute(*store_, sql);
    ASSERT_FALSE(refused) << sql;
    EXPECT_EQ(refused.failure().reason, Reason::internal);
    EXPECT_EQ(refused.failure().message, "internal error");
    EXPECT_THAT(refused.failure().details, HasSubstr("CREATE, ALTER and DROP are for migrations"));
  }
}

TEST_P(Transactions, AFailureOfABlockingWriteUndoesItAndComesBack) {
  const Result<void> failed = store_->write("a", [](Transaction& db) -> Result<void> {
    must(db.run("UPDATE counter SET value = 5"));
    return Failure{Reason::absent, "nobody is there"};
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.failure().reason, Reason::absent);
  EXPECT_EQ(value("a"), 0);
}

TEST_P(Transactions, WhatABlockingWriteThrowsIsThrownToItsCaller) {
  const auto thrower = [](Transaction& db) -> Result<void> {
    must(db.run("UPDATE counter SET value = 5"));
    throw std::runtime_error("on purpose");
  };
  EXPECT_THROW(static_cast<void>(store_->write("a", thrower)), std::runtime_error);
  EXPECT_EQ(value("a"), 0);
  must(execute(*store_, "UPDATE counter SET value = 1"));
}

INSTANTIATE_TEST_SUITE_P(EveryEngine, Transactions, every_engine(), engine_name);

}  // namespace
}  // namespace polygate
