#include "gateway/store/sqlite_connection.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "gateway/store/statement.h"
#include "gateway/store/trouble.h"

namespace polygate {
namespace {

constexpr std::size_t kMaxStatements = 64;
constexpr std::uint64_t kPageBytes = 4'096;

Trouble trouble_of(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return Trouble::locked;
    case SQLITE_FULL:
      return Trouble::full;
    case SQLITE_TOOBIG:
      return Trouble::too_much;
    case SQLITE_CONSTRAINT:
      return Trouble::constraint;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Trouble::damaged;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
      return Trouble::unreachable;
    default:
      return Trouble::misuse;
  }
}

/// An id is never used twice, even when the row with the highest one is gone.
constexpr std::string_view kId = "INTEGER PRIMARY KEY AUTOINCREMENT";

int bind_value(sqlite3_stmt* statement, int index, const StoreValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, index, *integer);
  if (const auto* number = std::get_if<double>(&value)) return sqlite3_bind_double(statement, index, *number);
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    return sqlite3_bind_blob64(statement, index, bytes->value.data(), bytes->value.size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, index);
}

StoreValue column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_NULL:
      return nullptr;
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, index)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, index);
    default: {
      const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, index));
      std::string bytes = data == nullptr
                              ? std::string()
                              : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement, index)));
      if (sqlite3_column_type(statement, index) == SQLITE_BLOB) return Bytes{std::move(bytes)};
      return bytes;
    }
  }
}

StoreRow row(sqlite3_stmt* statement) {
  StoreRow values;
  const int columns = sqlite3_column_count(statement);
  values.reserve(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) values.push_back(column(statement, i));
  return values;
}

/// Gives a statement back to the cache ready for its next use.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

std::vector<std::string> pragmas(SqliteConnection::Use use, const SqliteOptions& options) {
  // LIKE tells capitals from small letters, as it does elsewhere.
  if (use == SqliteConnection::Use::read) return {"PRAGMA query_only=ON", "PRAGMA case_sensitive_like=ON"};
  std::vector<std::string> all = {
      "PRAGMA case_sensitive_like=ON",
      "PRAGMA journal_mode=WAL",
      "PRAGMA synchronous=FULL",
      "PRAGMA foreign_keys=ON",
      "PRAGMA journal_size_limit=67108864",  // 64 MiB: a WAL that grew under a long reader shrinks again
  };
  if (options.max_bytes > 0) {
    all.push_back("PRAGMA max_page_count=" +
                  std::to_string(std::max<std::uint64_t>(1, options.max_bytes / kPageBytes)));
  }
  return all;
}

}  // namespace

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::filesystem::path& file, Use use,
                                                                 const SqliteOptions& options) {
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(use));
  const auto failure = [&](Failure why) {
    why.details += " (opening " + file.string() + ")";
    return why;
  };
  // Never SQLITE_OPEN_CREATE: a file that vanished under a running gateway must not come back empty.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (const int code = sqlite3_open_v2(file.c_str(), &connection->database_, flags, nullptr); code != SQLITE_OK) {
    return failure(connection->fail(code));
  }
  sqlite3_busy_timeout(connection->database_, static_cast<int>(options.busy_timeout.count()));
  for (const std::string& pragma : pragmas(use, options)) {
    if (Result<void> set = connection->control(pragma.c_str()); !set) return failure(set.failure());
  }
  return connection;
}

SqliteConnection::~SqliteConnection() {
  for (auto& [sql, prepared] : statements_) sqlite3_finalize(prepared.statement);
  sqlite3_close_v2(database_);
}

Result<StoreRows> SqliteConnection::rows(std::string_view sql, const StoreRow& parameters, std::size_t max_rows,
                                         bool may_define) {
  error_ = SQLITE_OK;
  if (Result<void> checked = check_values(parameters); !checked) return checked.failure();
  Result<sqlite3_stmt*> statement = prepare(sql, may_define);
  if (!statement) return statement.failure();
  if (Result<void> bound = bind(*statement, parameters); !bound) return bound.failure();
  const Reset reset{*statement};
  StoreRows rows;
  for (;;) {
    const int code = sqlite3_step(*statement);
    if (code == SQLITE_DONE) return rows;
    if (code != SQLITE_ROW) return fail(code);
    if (rows.size() == max_rows) {
      return trouble(Trouble::too_much, "more than " + std::to_string(max_rows) + " rows: " + std::string(sql));
    }
    rows.push_back(row(*statement));
  }
}

Result<void> SqliteConnection::control(const char* sql) {
  error_ = SQLITE_OK;
  const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(code);
  return {};
}

bool SqliteConnection::in_transaction() const {
  return sqlite3_get_autocommit(database_) == 0;
}

bool SqliteConnection::moved() const {
  int moved = 0;
  sqlite3_file_control(database_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

Result<sqlite3_stmt*> SqliteConnection::prepare(std::string_view sql, bool may_define) {
  std::string key(sql);
  if (const auto known = statements_.find(key); known != statements_.end() && (may_define || !known->second.defines)) {
    known->second.used = ++uses_;
    return known->second.statement;
  }
  Result<Statement> read = read_statement(sql);
  if (!read) return misuse(read.failure().message + ": " + key);
  if (read->defines && !may_define) return misuse("CREATE, ALTER and DROP are for migrations: " + key);
  const std::string text = read->with_id(kId);
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(database_, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT,
                                      &prepared, nullptr);
  if (code != SQLITE_OK) return fail(code);
  if (use_ == Use::read && sqlite3_stmt_readonly(prepared) == 0) {
    sqlite3_finalize(prepared);
    return misuse("query() takes a reading statement; this one writes: " + key);
  }
  if (statements_.size() >= kMaxStatements) forget_the_longest_unused();
  statements_[std::move(key)] = {prepared, read->defines, ++uses_};
  return prepared;
}

Result<void> SqliteConnection::bind(sqlite3_stmt* statement, const StoreRow& parameters) {
  // SQLite counts `$2, $1, $2` as two parameters in the order in which their names come up.
  const int expected = sqlite3_bind_parameter_count(statement);
  if (parameters.size() != static_cast<std::size_t>(expected)) {
    return misuse("the statement has " + std::to_string(expected) + " parameters, " +
                  std::to_string(parameters.size()) + " were given: " + sqlite3_sql(statement));
  }
  for (int i = 1; i <= expected; ++i) {
    const auto number = std::strtoul(sqlite3_bind_parameter_name(statement, i) + 1, nullptr, 10);
    const int code = bind_value(statement, i, parameters[number - 1]);
    if (code == SQLITE_OK) continue;
    Failure failure = fail(code);
    sqlite3_clear_bindings(statement);
    return failure;
  }
  return {};
}

Failure SqliteConnection::fail(int code) {
  error_ = code & 0xff;
  std::string details = sqlite3_errmsg(database_);
  if (code != error_) details += " (SQLite code " + std::to_string(code) + ")";
  return trouble(trouble_of(error_), std::move(details));
}

Failure SqliteConnection::misuse(std::string details) {
  error_ = SQLITE_MISUSE;
  return trouble(Trouble::misuse, std::move(details));
}

void SqliteConnection::forget_the_longest_unused() {
  const auto oldest = std::min_element(statements_.begin(), statements_.end(),
                                       [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
  sqlite3_finalize(oldest->second.statement);
  statements_.erase(oldest);
}

}  // namespace polygate
