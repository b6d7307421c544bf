#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/unit/store/failing_disk.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/store/temporary_folder.h"

namespace polygate {
namespace {

using testing::HasSubstr;

/// A store whose one writer waits for a foreign lock with one note in hand: what is submitted now is the next batch.
class HeldUp {
 public:
  HeldUp(Store& store, FailingDisk& disk, const std::filesystem::path& file)
      : store_(store), lock_(std::make_unique<ForeignLock>(file)) {
    const int before = disk.lock_attempts;
    add();
    while (disk.lock_attempts == before) std::this_thread::yield();
  }

  /// Submits one more note. False when it was refused.
  bool add() {
    return add([](Transaction& db) { return static_cast<bool>(db.run("INSERT INTO note (text) VALUES ('x')")); });
  }
  bool add(std::function<bool(Transaction&)> body) {
    return static_cast<bool>(store_.submit(
        {"a key", std::move(body), [this](const Result<void>& result) { (result ? kept_ : failed_) += 1; }}));
  }
  void let_go() { lock_.reset(); }
  int kept() const { return kept_; }
  int failed() const { return failed_; }

 private:
  Store& store_;
  std::unique_ptr<ForeignLock> lock_;
  std::atomic<int> kept_{0};
  std::atomic<int> failed_{0};
};

TEST(SqliteStore, KeepsEveryKindOfValueAcrossAReopening) {
  const TemporaryFolder folder;
  const StoreRow row = {nullptr,       std::int64_t{-9'007'199'254'740'993}, 0.5,    std::string("a b é"),
                        std::string(), Bytes{std::string("a\0\xff", 3)},     Bytes{}};
  {
    auto store = open(folder / "db");
    define(*store, "CREATE TABLE all_kinds (a TEXT, b BIGINT, c DOUBLE PRECISION, d TEXT, e TEXT, f BYTEA, g BYTEA)");
    must(execute(*store, "INSERT INTO all_kinds VALUES ($1, $2, $3, $4, $5, $6, $7)", row));
  }
  auto store = open(folder / "db");
  auto rows = store->query("SELECT * FROM all_kinds", {});
  ASSERT_TRUE(rows) << rows.failure().message;
  EXPECT_EQ(*rows, std::vector<StoreRow>{row});
}

TEST(SqliteStore, ParametersAreBoundByTheirNumbers) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  define(*store, "CREATE TABLE three (a TEXT, b TEXT, c TEXT)");
  EXPECT_FALSE(execute(*store, "INSERT INTO three VALUES ($3, $1, $3)", {"one", "two", "three"}));
  must(execute(*store, "INSERT INTO three VALUES ($2, $1, $2)", {"one", "two"}));
  auto rows = store->query("SELECT a, b, c FROM three WHERE a = $2 AND b = $1", {"one", "two"});
  ASSERT_TRUE(rows) << rows.failure().message;
  EXPECT_EQ(*rows, (std::vector<StoreRow>{{"two", "one", "two"}}));
}

TEST(SqliteStore, AnIdIsNeverUsedTwice) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  make_table(*store);
  must(note(*store, "first"));
  must(note(*store, "second"));
  must(execute(*store, "DELETE FROM note WHERE text = 'second'", {}));
  must(note(*store, "third"));
  EXPECT_EQ((*store->query("SELECT id FROM note WHERE text = 'third'", {}))[0][0], StoreValue(std::int64_t{3}));
}

TEST(SqliteStore, LikeTellsCapitalsFromSmallLetters) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  make_table(*store);
  must(note(*store, "Note"));
  const auto found = [&](std::string pattern) {
    return store->query("SELECT text FROM note WHERE text LIKE $1", {std::move(pattern)})->size();
  };
  EXPECT_EQ(found("N%"), 1U);
  EXPECT_EQ(found("n%"), 0U);
  must(execute(*store, "DELETE FROM note WHERE text LIKE 'n%'", {}));
  EXPECT_EQ(count(*store), 1);
}

TEST(SqliteStore, ReadersSeeAWriteAsSoonAsItIsAcknowledged) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  make_table(*store);
  for (int i = 1; i <= 20; ++i) {
    must(note(*store, "x"));
    ASSERT_EQ(count(*store), i);
  }
}

TEST(SqliteStore, MakesAFileThatOnlyItsOwnerCanRead) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  make_table(*store);
  for (const char* name : {"db", "db-wal"}) {
    struct stat found {};
    ASSERT_EQ(::stat((folder / name).c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_mode & 0777U, 0600U) << name;
  }
}

TEST(SqliteStore, SaysWhichFolderIsMissing) {
  const TemporaryFolder folder;
  auto store = open_sqlite(folder / "missing" / "db");
  ASSERT_FALSE(store);
  EXPECT_THAT(store.failure().details, HasSubstr("missing: No such file or directory"));
}

TEST(SqliteStore, RefusesToOpenAFileThatIsNoDatabase) {
  const TemporaryFolder folder;
  std::ofstream(folder / "db") << std::string(8'192, 'x');
  auto store = open_sqlite(folder / "db");
  ASSERT_FALSE(store);
  EXPECT_THAT(store.failure().details, HasSubstr("file is not a database (opening /"));
}

TEST(SqliteStore, RefusesASymbolicLinkInPlaceOfTheFile) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink(folder / "elsewhere", folder / "db");
  EXPECT_FALSE(open_sqlite(folder / "db"));
  EXPECT_FALSE(std::filesystem::exists(folder / "elsewhere"));
}

TEST(SqliteStore, WritesOfManyThreadsAreAllKept) {
  const TemporaryFolder folder;
  constexpr int kThreads = 16;
  constexpr int kEach = 10;
  {
    auto store = open(folder / "db");
    make_table(*store);
    std::atomic<int> written{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) written += note(*store, "x") ? 1 : 0;
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(written, kThreads * kEach);
  }
  EXPECT_EQ(count(*open(folder / "db")), kThreads * kEach);
}

TEST(SqliteStore, GathersWaitingWritesIntoCommitsOf512AtMost) {
  const TemporaryFolder folder;
  FailingDisk disk;
  auto store = open(folder / "db");
  make_table(*store);
  HeldUp held(*store, disk, folder / "db");
  for (int i = 0; i < 1'025; ++i) ASSERT_TRUE(held.add());
  const int before = disk.syncs;
  held.let_go();
  must(store->write("a key", [](Transaction&) { return Result<void>(); }));  // behind them all
  EXPECT_EQ(held.kept(), 1'026);
  EXPECT_EQ(count(*store), 1'026);
  EXPECT_EQ(disk.syncs - before, 4) << "for 1, 512, 512 and 1";
}

TEST(SqliteStore, WhenTheDiskIsFullForABatchItsClosuresAreRunAgainOneByOne) {
  const TemporaryFolder folder;
  FailingDisk disk;
  auto store = open(folder / "db");
  make_table(*store);
  HeldUp held(*store, disk, folder / "db");
  int runs[2] = {0, 0};
  for (int& ran : runs) {
    held.add([&](Transaction& db) {
      disk.full = ++ran == 1;  // so there is room again when the first is alone
      return static_cast<bool>(db.run("INSERT INTO note (text) VALUES ('x')"));
    });
  }
  held.let_go();
  must(note(*store, "behind them"));
  EXPECT_EQ(runs[0], 2);
  EXPECT_EQ(runs[1], 2);
  EXPECT_EQ(held.kept(), 3);
  EXPECT_EQ(count(*store), 4);
}

TEST(SqliteStore, ABadStatementFailsAloneAmongManyThreads) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  define(*store, "CREATE TABLE note (id @id, text TEXT UNIQUE NOT NULL)");
  std::vector<std::thread> threads;
  std::atomic<int> kept{0};
  std::atomic<int> refused{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        kept += note(*store, std::to_string(t) + "/" + std::to_string(i)) ? 1 : 0;
        auto twice = note(*store, std::to_string(t) + "/" + std::to_string(i));
        refused += !twice && twice.failure().reason == Reason::refused ? 1 : 0;
        EXPECT_FALSE(execute(*store, "INSERT INTO nowhere VALUES (1)"));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(kept, 40);
  EXPECT_EQ(refused, 40);
  EXPECT_EQ(count(*store), 40);
}

TEST(SqliteStore, HalfAStatementLeavesNothingBehind) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  define(*store, "CREATE TABLE note (id @id, text TEXT CHECK (text <> 'bad'))");
  EXPECT_FALSE(execute(*store, "INSERT INTO note (text) VALUES ('good'), ('bad')", {}));
  EXPECT_EQ(count(*store), 0);
}

TEST(SqliteStore, ForeignKeysAreHeld) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  make_table(*store);
  define(*store, "CREATE TABLE mark (note BIGINT REFERENCES note (id))");
  auto orphan = execute(*store, "INSERT INTO mark VALUES (7)", {});
  ASSERT_FALSE(orphan);
  EXPECT_EQ(orphan.failure().reason, Reason::refused);
  EXPECT_THAT(orphan.failure().details, HasSubstr("FOREIGN KEY constraint failed"));
}

TEST(SqliteStore, SaysWhatIsWrongWithAStatement) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  make_table(*store);
  const auto why = [&](std::string_view sql, StoreRow parameters = {}) {
    auto result = execute(*store, sql, std::move(parameters));
    return result ? std::string("nothing") : result.failure().details;
  };
  EXPECT_THAT(why("INSERT INTO note VALUS (1)"), HasSubstr("near \"VALUS\": syntax error"));
  EXPECT_THAT(why("INSERT INTO note VALUES ($1, $2)", {std::int64_t{1}}), HasSubstr("has 2 parameters, 1 were given"));
  EXPECT_THAT(why("DELETE FROM note; DROP TABLE note"), HasSubstr("one statement at a time"));
  EXPECT_THAT(why(""), HasSubstr("empty"));
  EXPECT_THAT(why("CREATE TABLE other (a TEXT)"), HasSubstr("CREATE, ALTER and DROP are for migrations"));
  EXPECT_THAT(why("COMMIT"), HasSubstr("a statement begins with SELECT"));
  auto writing_query = store->query("DELETE FROM note", {});
  ASSERT_FALSE(writing_query);
  EXPECT_THAT(writing_query.failure().details, HasSubstr("query() takes a reading statement"));
  must(note(*store, "still works"));
}

TEST(SqliteStore, AQueryHasALimitOfRows) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  make_table(*store);
  for (int i = 0; i < 3; ++i) must(note(*store, "x"));
  EXPECT_TRUE(store->query("SELECT * FROM note", {}, 3));
  auto more = store->query("SELECT * FROM note", {}, 2);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.failure().reason, Reason::limited);
  EXPECT_EQ(more.failure().message, "it is more than the store handles at once");
  EXPECT_THAT(more.failure().details, HasSubstr("more than 2 rows"));
}

TEST(SqliteStore, MoreStatementsThanTheCacheHoldsStillWork) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  make_table(*store);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(store->query("SELECT " + std::to_string(i % 100), {}));
  for (int i = 0; i < 70; ++i) must(execute(*store, "INSERT INTO note VALUES (" + std::to_string(i) + ", '')", {}));
  EXPECT_EQ(count(*store), 70);
}

TEST(SqliteStore, MoreQueriesAtOnceThanReadersWaitForOneAnother) {
  const TemporaryFolder folder;
  auto store = open(folder / "db", {.readers = 2});
  make_table(*store);
  must(note(*store, "x"));
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) EXPECT_EQ(count(*store), 1);
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(SqliteStore, ItsEndFinishesTheWritesThatWait) {
  const TemporaryFolder folder;
  FailingDisk disk;
  auto store = open(folder / "db");
  make_table(*store);
  HeldUp held(*store, disk, folder / "db");
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(held.add());
  std::thread release([&] { held.let_go(); });
  store.reset();
  release.join();
  EXPECT_EQ(held.kept(), 5);
  EXPECT_EQ(count(*open(folder / "db")), 5);
}

TEST(SqliteStore, MoreWritesThanMayWaitAreBusy) {
  const TemporaryFolder folder;
  FailingDisk disk;
  auto store = open(folder / "db", {.max_waiting_writes = 4});
  make_table(*store);
  HeldUp held(*store, disk, folder / "db");
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(held.add());
  EXPECT_FALSE(held.add());
  auto one_more = note(*store, "x");
  ASSERT_FALSE(one_more);
  EXPECT_EQ(one_more.failure().reason, Reason::busy);
  EXPECT_EQ(one_more.failure().message, "too many writes wait for the store, try again later");
  EXPECT_EQ(one_more.failure().details, "4 writes wait already");
  held.let_go();
  store.reset();
  EXPECT_EQ(held.kept(), 5);
  EXPECT_EQ(held.failed(), 0);
}

}  // namespace
}  // namespace polygate
