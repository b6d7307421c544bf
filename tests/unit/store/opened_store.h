#pragma once
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/store/sqlite_store.h"
#include "gateway/store/waiting.h"

// What the tests of the store do with one.
namespace polygate {

inline std::unique_ptr<Store> open(const std::filesystem::path& file, const SqliteOptions& options = {}) {
  auto store = open_sqlite(file, options);
  EXPECT_TRUE(store) << (store ? "" : store.failure().details);
  return store ? std::move(*store) : nullptr;
}

template <class T>
void must(const Result<T>& result) {
  ASSERT_TRUE(result) << result.failure().message << ": " << result.failure().details;
}

/// One statement in a transaction of its own.
inline Result<StoreRows> execute(Store& store, std::string_view sql, const StoreRow& parameters = {}) {
  StoreRows rows;
  const Result<void> done = store.write("a key", [&](Transaction& db) -> Result<void> {
    Result<StoreRows> ran = db.run(sql, parameters);
    if (!ran) return ran.failure();
    rows = std::move(*ran);
    return {};
  });
  if (!done) return done.failure();
  return rows;
}

inline void define(Store& store, std::string_view sql) {
  const auto run = [&](Transaction& db) -> Result<void> {
    const Result<StoreRows> ran = db.run(sql);
    return ran ? Result<void>() : ran.failure();
  };
  must(write_and_wait(store, "a key", run, true));
}

inline std::int64_t count(Store& store, std::string_view table = "note") {
  auto rows = store.query("SELECT count(*) FROM " + std::string(table), {});
  EXPECT_TRUE(rows) << (rows ? "" : rows.failure().details);
  return rows ? std::get<std::int64_t>((*rows)[0][0]) : -1;
}

inline void make_table(Store& store) {
  define(store, "CREATE TABLE note (id @id, text TEXT)");
}

inline Result<StoreRows> note(Store& store, std::string text) {
  return execute(store, "INSERT INTO note (text) VALUES ($1)", {std::move(text)});
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
