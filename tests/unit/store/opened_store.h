#pragma once
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/store/store.h"

// What the tests of the store do with one.
namespace polygate {

inline std::unique_ptr<Store> open(const std::filesystem::path& file, const SqliteOptions& options = {}) {
  auto store = open_sqlite(file, options);
  EXPECT_TRUE(store) << (store ? "" : store.failure().message);
  return store ? std::move(*store) : nullptr;
}

inline void must(const Result<void>& result) {
  ASSERT_TRUE(result) << result.failure().message;
}

inline std::int64_t count(Store& store, std::string_view table = "note") {
  auto rows = store.query("SELECT count(*) FROM " + std::string(table), {});
  EXPECT_TRUE(rows) << (rows ? "" : rows.failure().message);
  return rows ? std::get<std::int64_t>((*rows)[0][0]) : -1;
}

inline void make_table(Store& store) {
  must(store.execute("CREATE TABLE note (id @id, text TEXT)", {}));
}

inline Result<void> note(Store& store, std::string text) {
  return store.execute("INSERT INTO note (text) VALUES ($1)", {std::move(text)});
}

/// What SQLite itself finds wrong with the file, "ok" when nothing.
inline std::string integrity(const std::filesystem::path& file) {
  sqlite3* database = nullptr;
  std::string found;
  EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  const auto collect = [](void* into, int, char** values, char**) {
    static_cast<std::string*>(into)->append(values[0]);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(database, "PRAGMA integrity_check", collect, &found, nullptr), SQLITE_OK);
  sqlite3_close(database);
  return found;
}

/// Another process's lock on the file, as a backup tool would take it.
class ForeignLock {
 public:
  explicit ForeignLock(const std::filesystem::path& file) {
    sqlite3_open(file.c_str(), &database_);
    EXPECT_EQ(sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  }
  ~ForeignLock() { sqlite3_close(database_); }

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace polygate
