#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/base/result.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/store.h"

struct sqlite3;
struct sqlite3_stmt;

namespace polygate {

/// One connection to a database file, with a bounded cache of its prepared statements. Used by one thread at a time.
class SqliteConnection {
 public:
  enum class Use : std::uint8_t { read, write };

  /// Opens an existing file. A failure's details name it.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::filesystem::path& file, Use use,
                                                        const SqliteOptions& options);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// Runs one statement of the dialect (statement.h) to its end and gives its rows, at most so many. Refuses one that
  /// does not fit the connection's use, one that defines tables unless it may, values that cannot be kept as they are,
  /// and a count of parameters other than the statement's.
  Result<StoreRows> rows(std::string_view sql, const StoreRow& parameters, std::size_t max_rows,
                         bool may_define = false);
  /// Runs a statement of our own, such as COMMIT.
  Result<void> control(const char* sql);

  /// SQLite ends a transaction by itself after some errors.
  bool in_transaction() const;
  /// Is another file where this one was, or none? One look at the folder.
  bool moved() const;
  /// The primary result code of the last call (SQLITE_OK, SQLITE_FULL, SQLITE_CORRUPT...).
  int error() const { return error_; }

 private:
  struct Prepared {
    sqlite3_stmt* statement = nullptr;
    bool defines = false;
    std::uint64_t used = 0;
  };

  explicit SqliteConnection(Use use) : use_(use) {}
  Result<sqlite3_stmt*> prepare(std::string_view sql, bool may_define);
  Result<void> bind(sqlite3_stmt* statement, const StoreRow& parameters);
  Failure fail(int code);
  Failure misuse(std::string details);
  void forget_the_longest_unused();

  Use use_;
  sqlite3* database_ = nullptr;
  int error_ = 0;
  std::uint64_t uses_ = 0;
  std::unordered_map<std::string, Prepared> statements_;
};

}  // namespace polygate
