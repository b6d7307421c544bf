#include "gateway/store/postgres_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "tests/unit/store/opened_store.h"
#include "tests/unit/store/postgres_server.h"

namespace polygate {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Postgres : public testing::Test {
 protected:
  Postgres() {
    static int count = 0;
    options_.connection = PostgresServer::shared().connection();
    options_.schema = "postgres-" + std::to_string(++count);
    store_ = open();
    make_table(*store_);
  }

  std::unique_ptr<Store> open() const {
    auto store = open_postgres(options_);
    EXPECT_TRUE(store) << (store ? "" : store.failure().details);
    return store ? std::move(*store) : nullptr;
  }
  /// Statements that are none of the dialect, in this test's schema.
  void raw(const std::string& sql) const {
    PostgresServer::shared().run("SET search_path = \"" + options_.schema + "\"; " + sql);
  }

  PostgresOptions options_;
  std::unique_ptr<Store> store_;
};

TEST_F(Postgres, KeepsEveryKindOfValueAcrossAReopening) {
  const StoreRow row = {nullptr,       std::int64_t{-9'007'199'254'740'993}, 0.1,    std::string("a b é"),
                        std::string(), Bytes{std::string("a\0\xff", 3)},     Bytes{}};
  define(*store_, "CREATE TABLE all_kinds (a TEXT, b BIGINT, c DOUBLE PRECISION, d TEXT, e TEXT, f BYTEA, g BYTEA)");
  must(execute(*store_, "INSERT INTO all_kinds VALUES ($1, $2, $3, $4, $5, $6, $7)", row));
  store_ = open();
  EXPECT_EQ(*store_->query("SELECT * FROM all_kinds"), StoreRows{row});
}

TEST_F(Postgres, WhatItCountsInTypesOfItsOwnIsReadAsOurs) {
  const auto rows = store_->query(
      "SELECT 1 < 2, 2 < 1, sum(n), avg(n), count(*), $1 + 1 FROM (VALUES (CAST(1 AS BIGINT)), (2)) AS t (n)",
      {std::int64_t{1} << 40});
  must(rows);
  EXPECT_EQ(*rows, (StoreRows{{std::int64_t{1}, std::int64_t{0}, std::int64_t{3}, 1.5, std::int64_t{2},
                               (std::int64_t{1} << 40) + 1}}));
}

TEST_F(Postgres, ProfilesDoNotSeeOneAnother) {
  must(note(*store_, "mine"));
  PostgresOptions other = options_;
  other.schema += "-other";
  auto store = std::move(*open_postgres(other));
  EXPECT_FALSE(store->query("SELECT * FROM note"));
  make_table(*store);
  EXPECT_EQ(count(*store), 0);
}

TEST_F(Postgres, AQueryThatWritesIsRefused) {
  const auto refused = store_->query("INSERT INTO note (text) VALUES ('x') RETURNING id");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().reason, Reason::internal);
  EXPECT_THAT(refused.failure().details, HasSubstr("read-only transaction"));
  EXPECT_EQ(count(*store_), 0);
}

TEST_F(Postgres, KeysOfOneSchemaAreSerialOnAllGateways) {
  must(execute(*store_, "INSERT INTO note (text) VALUES ('0')"));
  auto other = open();
  std::vector<std::thread> gateways;
  for (Store* store : {store_.get(), other.get(), store_.get(), other.get()}) {
    gateways.emplace_back([store] {
      for (int i = 0; i < 25; ++i) {
        must(store->write("the counter", [](Transaction& db) -> Result<void> {
          const auto rows = db.run("SELECT text FROM note");
          if (!rows) return rows.failure();
          const int next = std::stoi(std::get<std::string>((*rows)[0][0])) + 1;
          const auto set = db.run("UPDATE note SET text = $1", {std::to_string(next)});
          return set ? Result<void>() : set.failure();
        }));
      }
    });
  }
  for (auto& gateway : gateways) gateway.join();
  EXPECT_EQ((*store_->query("SELECT text FROM note"))[0][0], StoreValue("100"));
}

TEST_F(Postgres, AKeyThatAnotherGatewayHoldsForTooLongIsBusy) {
  PostgresOptions impatient = options_;
  impatient.lock_timeout = Millis(1);
  auto other = std::move(*open_postgres(impatient));
  must(store_->write("a key", [&](Transaction&) -> Result<void> {
    const auto busy = note(*other, "x");
    EXPECT_FALSE(busy);
    EXPECT_EQ(busy.failure().reason, Reason::busy);
    EXPECT_EQ(busy.failure().message, "the store is locked, try again later");
    return {};
  }));
  must(note(*other, "x"));
}

/// Writes whose keys are on different connections: found by their threads.
std::pair<std::string, std::string> two_lanes(Store& store) {
  std::mutex mutex;
  std::map<std::thread::id, std::string> lanes;
  for (int i = 0; lanes.size() < 2; ++i) {
    const std::string key = std::to_string(i);
    must(store.write(key, [&](Transaction&) {
      const std::scoped_lock lock(mutex);
      lanes.emplace(std::this_thread::get_id(), key);
      return Result<void>();
    }));
  }
  return {lanes.begin()->second, lanes.rbegin()->second};
}

TEST_F(Postgres, OfADeadlockTheVictimIsRunAgainAndBothAreKept) {
  must(execute(*store_, "INSERT INTO note (text) VALUES ('a'), ('b')"));
  const auto [one_key, other_key] = two_lanes(*store_);
  std::atomic<int> runs{0};
  std::promise<void> one_holds, other_holds;
  const auto crossing = [&](const std::string& key, const std::string& mine, const std::string& its,
                            std::promise<void>& holds, std::promise<void>& other) {
    bool first = true;
    must(store_->write(key, [&, first](Transaction& db) mutable -> Result<void> {
      ++runs;
      const auto held = db.run("UPDATE note SET text = text WHERE text = $1", {mine});
      if (!held) return held.failure();
      if (std::exchange(first, false)) {
        holds.set_value();
        other.get_future().wait();
      }
      const auto crossed = db.run("UPDATE note SET text = text WHERE text = $1", {its});
      return crossed ? Result<void>() : crossed.failure();
    }));
  };
  std::thread other([&, key = other_key] { crossing(key, "b", "a", other_holds, one_holds); });
  crossing(one_key, "a", "b", one_holds, other_holds);
  other.join();
  EXPECT_EQ(runs, 3);
}

TEST_F(Postgres, ASerializationFailureIsTriedFiveTimes) {
  raw("CREATE FUNCTION fails() RETURNS BIGINT LANGUAGE plpgsql AS "
      "'BEGIN RAISE EXCEPTION ''again'' USING ERRCODE = ''40001''; END'");
  int runs = 0;
  const Result<void> tired = store_->write("a key", [&](Transaction& db) -> Result<void> {
    ++runs;
    const auto failed = db.run("SELECT fails()");
    return failed.failure();
  });
  ASSERT_FALSE(tired);
  EXPECT_EQ(tired.failure().reason, Reason::busy);
  EXPECT_EQ(runs, 5);
}

TEST_F(Postgres, T75_ACommitOfWhichNobodyKnowsIsBusyCountedAndNeverDoneAgain) {
  // The server ends the connection in the middle of COMMIT.
  raw("CREATE FUNCTION vanish() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'; "
      "CREATE CONSTRAINT TRIGGER vanishing AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
      "WHEN (NEW.text = 'vanish') EXECUTE FUNCTION vanish()");
  int runs = 0;
  const Result<void> unsure = store_->write("a key", [&](Transaction& db) -> Result<void> {
    ++runs;
    must(db.run("INSERT INTO note (text) VALUES ('vanish')"));
    return {};
  });
  ASSERT_FALSE(unsure);
  EXPECT_EQ(unsure.failure().reason, Reason::busy);
  EXPECT_EQ(unsure.failure().message, "it is unsure whether the store has taken it");
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(store_->meter().unsure, 1U);
  EXPECT_FALSE(store_->health());
  must(note(*store_, "after"));
  must(store_->health());
  EXPECT_EQ(store_->meter().unsure, 1U);
}

TEST_F(Postgres, AConnectionThatIsLostBetweenWritesIsOpenedAnew) {
  must(note(*store_, "before"));
  must(store_->query("SELECT 1"));
  raw("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'polygate'");
  must(note(*store_, "after"));
  const auto lost = store_->query("SELECT 1");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.failure().reason, Reason::busy);
  EXPECT_EQ(count(*store_), 2);
}

TEST(PostgresServerOfNobody, IsToldAtTheStart) {
  const TemporaryFolder folder;
  PostgresOptions options;
  options.connection = "host=" + folder.path().string() + " dbname=postgres";
  options.schema = "s";
  const auto store = open_postgres(options);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.failure().reason, Reason::busy);
  EXPECT_THAT(store.failure().details, HasSubstr("No such file or directory"));
}

TEST(PostgresConnectionText, IsCheckedWithoutAServer) {
  EXPECT_EQ(fault_in_postgres("postgresql://polygate@db.example.org:5433/rows?sslmode=verify-full"), "");
  EXPECT_EQ(fault_in_postgres("postgresql://%2Frun%2Fpostgresql/rows"), "");
  EXPECT_THAT(fault_in_postgres("postgresql://db/rows?ssl=on"), HasSubstr("invalid URI query parameter: \"ssl\""));
  EXPECT_THAT(fault_in_postgres("postgresql://me:secret@db/rows"), StartsWith("it has a password in it"));
}

TEST(Threats, T75_AServerThatOnlyReadsIsOutOfReachUntilItWritesAgain) {
  PostgresServer server;
  PostgresOptions options;
  options.connection = server.connection();
  options.schema = "moved";
  auto store = std::move(*open_postgres(options));
  make_table(*store);
  server.run("ALTER SYSTEM SET default_transaction_read_only = on");
  server.run("SELECT pg_reload_conf()");
  Result<StoreRows> last = StoreRows();
  while (last) last = note(*store, "before");  // its processes read the news when they like
  EXPECT_EQ(last.failure().reason, Reason::busy);
  EXPECT_EQ(last.failure().message, "the store is out of reach, try again later");
  EXPECT_FALSE(store->health());
  must(store->query("SELECT * FROM note"));
  server.run("ALTER SYSTEM RESET default_transaction_read_only");
  server.run("SELECT pg_reload_conf()");
  while (!last) last = note(*store, "after");
  must(store->health());
}

/// Writes numbers, each with a key of its own, and remembers which were acknowledged.
class Herd {
 public:
  explicit Herd(Store& store) : store_(store) {
    for (int i = 0; i < 8; ++i) threads_.emplace_back([this] { write(); });
  }
  void await(std::size_t acknowledged) {
    while (count() < acknowledged) std::this_thread::yield();
  }
  std::size_t count() {
    const std::scoped_lock lock(mutex_);
    return acknowledged_.size();
  }
  std::set<std::int64_t> end() {
    ends_ = true;
    for (auto& thread : threads_) thread.join();
    return acknowledged_;
  }

 private:
  void write() {
    while (!ends_) {
      const std::int64_t number = ++last_;
      const Result<void> done = store_.write(std::to_string(number), [&](Transaction& db) -> Result<void> {
        const auto ran = db.run("INSERT INTO number VALUES ($1)", {number});
        return ran ? Result<void>() : ran.failure();
      });
      const std::scoped_lock lock(mutex_);
      if (done) acknowledged_.insert(number);
      EXPECT_TRUE(done || done.failure().reason == Reason::busy) << done.failure().details;
    }
  }

  Store& store_;
  std::atomic<std::int64_t> last_{0};
  std::atomic<bool> ends_{false};
  std::mutex mutex_;
  std::set<std::int64_t> acknowledged_;
  std::vector<std::thread> threads_;
};

TEST(Threats, T70_AServerThatIsKilledAndComesBackHasEveryWriteThatWasAcknowledgedOnce) {
  PostgresServer server;
  PostgresOptions options;
  options.connection = server.connection();
  options.schema = "numbers";
  auto store = std::move(*open_postgres(options));
  define(*store, "CREATE TABLE number (n BIGINT PRIMARY KEY)");
  Herd herd(*store);
  herd.await(200);
  server.kill_9();
  server.start();
  herd.await(herd.count() + 200);  // it has healed
  const std::set<std::int64_t> acknowledged = herd.end();
  const auto rows = store->query("SELECT n FROM number", {}, 1'000'000);
  must(rows);
  std::set<std::int64_t> there;
  for (const StoreRow& row : *rows) there.insert(std::get<std::int64_t>(row[0]));
  EXPECT_EQ(there.size(), rows->size());
  EXPECT_TRUE(std::includes(there.begin(), there.end(), acknowledged.begin(), acknowledged.end()));
  EXPECT_LE(there.size() - acknowledged.size(), store->meter().unsure) << "more than those that are unsure";
  EXPECT_EQ(store->meter().written, acknowledged.size() + 1) << "the table";
}

}  // namespace
}  // namespace polygate
