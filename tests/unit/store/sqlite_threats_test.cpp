#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "gateway/store/store.h"
#include "tests/unit/store/failing_disk.h"
#include "tests/unit/store/opened_store.h"
#include "tests/unit/store/temporary_folder.h"

namespace polygate {
namespace {

using testing::HasSubstr;

TEST(Threats, T70_AnAcknowledgedWriteIsInTheFileWithoutAnyClosing) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  make_table(*store);
  for (int i = 0; i < 10; ++i) must(note(*store, "x"));
  // What a killed process leaves behind is the database and its WAL as they are now.
  std::filesystem::create_directory(folder / "after");
  for (const char* name : {"db", "db-wal"}) std::filesystem::copy_file(folder / name, folder / "after" / name);
  auto after = open(folder / "after" / "db");
  EXPECT_EQ(count(*after), 10);
  EXPECT_EQ(integrity(folder / "after" / "db"), "ok");
}

TEST(Threats, T70_EveryAcknowledgementFollowsASync) {
  const TemporaryFolder folder;
  FailingDisk disk;
  auto store = open(folder / "db");
  make_table(*store);
  for (int i = 0; i < 10; ++i) {
    const int before = disk.syncs;
    must(note(*store, "x"));
    ASSERT_GT(disk.syncs, before);
  }
}

TEST(Threats, T71_AFailedSyncIsNotAcknowledgedAndTheStoreReopens) {
  const TemporaryFolder folder;
  FailingDisk disk;
  auto store = open(folder / "db");
  make_table(*store);
  must(note(*store, "before"));
  disk.syncs_fail = true;
  auto lost = note(*store, "lost");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.failure().reason, Reason::internal);
  EXPECT_THAT(lost.failure().message, HasSubstr("disk I/O error"));
  EXPECT_FALSE(store->health());
  EXPECT_GE(count(*store), 1);

  disk.syncs_fail = false;
  must(note(*store, "after"));
  must(store->health());
  auto rows = store->query("SELECT count(*) FROM note WHERE text IN ('before', 'after')", {});
  ASSERT_TRUE(rows);
  EXPECT_EQ((*rows)[0][0], StoreValue(std::int64_t{2}));
}

TEST(Threats, T72_AFullDiskRefusesWritesKeepsReadsAndRecoversByItself) {
  const TemporaryFolder folder;
  FailingDisk disk;
  auto store = open(folder / "db");
  make_table(*store);
  must(note(*store, "before"));
  disk.full = true;
  for (int i = 0; i < 3; ++i) {
    auto refused = note(*store, "lost");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.failure().reason, Reason::limited);
    EXPECT_THAT(refused.failure().message, HasSubstr("database or disk is full"));
    EXPECT_EQ(count(*store), 1);
  }
  EXPECT_FALSE(store->health());
  disk.full = false;
  must(note(*store, "after"));
  must(store->health());
  EXPECT_EQ(count(*store), 2);
}

TEST(Threats, T72_TheFileStaysBelowItsLimitAndSpaceThatIsFreedIsUsedAgain) {
  const TemporaryFolder folder;
  auto store = open(folder / "db", {.max_bytes = 256 * 1024});
  make_table(*store);
  Result<void> last;
  for (int i = 0; i < 100 && last; ++i) last = note(*store, std::string(4'000, 'x'));
  ASSERT_FALSE(last);
  EXPECT_EQ(last.failure().reason, Reason::limited);
  EXPECT_LE(std::filesystem::file_size(folder / "db"), 256 * 1024U);
  EXPECT_FALSE(store->health());
  must(store->execute("DELETE FROM note", {}));
  must(note(*store, std::string(4'000, 'x')));
  must(store->health());
}

TEST(Threats, T73_AForeignLockMakesWritesBusyAndLeavesReadsAlone) {
  const TemporaryFolder folder;
  auto store = open(folder / "db", {.busy_timeout = Millis(1)});
  make_table(*store);
  {
    const ForeignLock lock(folder / "db");
    auto locked = note(*store, "x");
    ASSERT_FALSE(locked);
    EXPECT_EQ(locked.failure().reason, Reason::busy);
    EXPECT_THAT(locked.failure().message, HasSubstr("database is locked"));
    EXPECT_EQ(count(*store), 0);
  }
  must(note(*store, "x"));
}

TEST(Threats, T73_ACorruptedFileIsNeverWrittenAgain) {
  const TemporaryFolder folder;
  {
    auto store = open(folder / "db");
    make_table(*store);
    for (int i = 0; i < 5; ++i) must(note(*store, std::string(3'000, 'x')));
  }
  {
    std::fstream file(folder / "db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4'096);  // the root page of the table; the schema on page 1 stays whole
    file << std::string(4'096, '\xff');
  }
  auto store = open(folder / "db");
  auto first = note(*store, "x");
  ASSERT_FALSE(first);
  EXPECT_EQ(first.failure().reason, Reason::internal);
  EXPECT_THAT(first.failure().message, HasSubstr("malformed"));
  auto rows = store->query("SELECT count(*) FROM note", {});
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.failure().message, HasSubstr("malformed"));
  EXPECT_FALSE(store->execute("CREATE TABLE other (a)", {}));
  EXPECT_FALSE(store->health());
  EXPECT_TRUE(store->query("SELECT name FROM sqlite_schema", {}));
}

}  // namespace
}  // namespace polygate
