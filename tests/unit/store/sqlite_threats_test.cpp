#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>

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
  EXPECT_EQ(lost.failure().reason, Reason::busy);
  EXPECT_EQ(lost.failure().message, "it is unsure whether the store has taken it");
  EXPECT_THAT(lost.failure().details, HasSubstr("disk I/O error"));
  EXPECT_EQ(store->meter().unsure, 1U);
  EXPECT_FALSE(store->health());
  auto kept = store->query("SELECT count(*) FROM note WHERE text = 'before'", {});  // of `lost` nobody can tell
  ASSERT_TRUE(kept);
  EXPECT_EQ((*kept)[0][0], StoreValue(std::int64_t{1}));

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
    EXPECT_EQ(refused.failure().message, "the store is full");
    EXPECT_EQ(refused.failure().details, "database or disk is full");
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
  Result<StoreRows> last = StoreRows();
  for (int i = 0; i < 100 && last; ++i) last = note(*store, std::string(4'000, 'x'));
  ASSERT_FALSE(last);
  EXPECT_EQ(last.failure().reason, Reason::limited);
  EXPECT_LE(std::filesystem::file_size(folder / "db"), 256 * 1024U);
  EXPECT_FALSE(store->health());
  must(execute(*store, "DELETE FROM note"));
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
    EXPECT_EQ(locked.failure().message, "the store is locked, try again later");
    EXPECT_EQ(locked.failure().details, "database is locked");
    EXPECT_EQ(count(*store), 0);
  }
  must(note(*store, "x"));
}

/// Makes a file of notes whose table's root page is broken; the schema on page 1 stays whole.
void make_damaged(const std::filesystem::path& path) {
  {
    auto store = open(path);
    make_table(*store);
    for (int i = 0; i < 5; ++i) must(note(*store, std::string(3'000, 'x')));
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4'096);
  file << std::string(4'096, '\xff');
}

TEST(Threats, T73_ADamagedFileIsReadButNeverWrittenAgain) {
  const TemporaryFolder folder;
  make_damaged(folder / "db");
  auto store = open(folder / "db");
  for (int i = 0; i < 2; ++i) {
    auto refused = note(*store, "x");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.failure().reason, Reason::busy);
    EXPECT_EQ(refused.failure().message, "the store is damaged and takes no writes");
    EXPECT_THAT(refused.failure().details, HasSubstr("malformed"));
  }
  auto rows = store->query("SELECT count(*) FROM note");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.failure().reason, Reason::busy);
  EXPECT_FALSE(store->health());
  EXPECT_TRUE(store->query("SELECT name FROM sqlite_schema"));
}

TEST(Threats, T73_ADamagedStoreHealsWhenAnotherFileTakesItsPlace) {
  const TemporaryFolder folder;
  make_damaged(folder / "db");
  { make_table(*open(folder / "whole")); }
  auto store = open(folder / "db");
  EXPECT_FALSE(note(*store, "lost"));
  EXPECT_FALSE(store->query("SELECT count(*) FROM note"));
  for (const char* name : {"db-wal", "db-shm"}) std::filesystem::remove(folder / name);
  std::filesystem::rename(folder / "whole", folder / "db");
  must(note(*store, "kept"));
  must(store->health());
  EXPECT_EQ(count(*store), 1);
}

TEST(Threats, T71_ARemovedFileIsNotWrittenToAndThePlaceHealsWhenItIsBack) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  make_table(*store);
  must(note(*store, "before"));
  std::filesystem::create_directory(folder / "away");
  for (const char* name : {"db", "db-wal", "db-shm"}) std::filesystem::rename(folder / name, folder / "away" / name);
  for (int i = 0; i < 2; ++i) {
    auto lost = note(*store, "lost");
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.failure().reason, Reason::busy);
    EXPECT_EQ(lost.failure().message, "the store is out of reach, try again later");
    EXPECT_THAT(lost.failure().details, HasSubstr("unable to open database file (opening "));
    EXPECT_FALSE(store->query("SELECT 1"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "db")) << "it came back empty";
  EXPECT_FALSE(store->health());
  for (const char* name : {"db", "db-wal", "db-shm"}) std::filesystem::rename(folder / "away" / name, folder / name);
  must(note(*store, "after"));
  must(store->health());
  EXPECT_EQ(count(*store), 2);
}

TEST(Threats, T71_AFileThatIsRemovedWhileItIsWrittenToAcknowledgesNothing) {
  const TemporaryFolder folder;
  auto store = open(folder / "db");
  make_table(*store);
  const Result<void> unsure = store->write("a key", [&](Transaction& db) -> Result<void> {
    must(db.run("INSERT INTO note (text) VALUES ('gone')"));
    std::filesystem::remove(folder / "db");
    return {};
  });
  ASSERT_FALSE(unsure);
  EXPECT_EQ(unsure.failure().reason, Reason::busy);
  EXPECT_EQ(unsure.failure().message, "it is unsure whether the store has taken it");
  EXPECT_EQ(store->meter().unsure, 1U);
  EXPECT_EQ(store->meter().written, 1U) << "the table";
}

}  // namespace
}  // namespace polygate
