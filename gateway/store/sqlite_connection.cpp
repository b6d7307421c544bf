#include "gateway/store/sqlite_connection.h"

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace polygate {
namespace {

constexpr std::size_t kMaxStatements = 64;
constexpr std::uint64_t kPageBytes = 4'096;

Reason reason_of(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Reason::busy;
    case SQLITE_FULL:
    case SQLITE_TOOBIG:
      return Reason::limited;
    case SQLITE_CONSTRAINT:
      return Reason::refused;
    default:
      return Reason::internal;
  }
}

bool only_blanks_or_semicolons(const char* from, const char* end) {
  return std::all_of(from, end, [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == ';'; });
}

int bind_value(sqlite3_stmt* statement, int index, const StoreValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, index, *integer);
  if (const auto* number = std::get_if<double>(&value)) return sqlite3_bind_double(statement, index, *number);
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
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
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, index));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
      return bytes == nullptr ? std::string() : std::string(bytes, size);
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
  if (use == SqliteConnection::Use::read) return {"PRAGMA query_only=ON"};
  std::vector<std::string> all = {
      "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON",
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
  const auto failure = [&](const std::string& message) {
    return Failure{Reason::internal, "cannot open the store " + file.string() + ": " + message};
  };
  // Never SQLITE_OPEN_CREATE: a file that vanished under a running gateway must not come back empty.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (const int code = sqlite3_open_v2(file.c_str(), &connection->database_, flags, nullptr); code != SQLITE_OK) {
    return failure(connection->fail(code).message);
  }
  sqlite3_busy_timeout(connection->database_, static_cast<int>(options.busy_timeout.count()));
  for (const std::string& pragma : pragmas(use, options)) {
    if (Result<void> set = connection->control(pragma.c_str()); !set) return failure(set.failure().message);
  }
  return connection;
}

SqliteConnection::~SqliteConnection() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement.prepared);
  sqlite3_close_v2(database_);
}

Result<void> SqliteConnection::run(std::string_view sql, const StoreRow& parameters, const Visit& visit) {
  Result<sqlite3_stmt*> statement = prepare(sql);
  if (!statement) return statement.failure();
  if (Result<void> bound = bind(*statement, parameters); !bound) return bound;
  const Reset reset{*statement};
  for (;;) {
    const int code = sqlite3_step(*statement);
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return fail(code);
    if (visit && !visit(row(*statement))) return {};
  }
}

Result<void> SqliteConnection::control(const char* sql) {
  const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(code);
  return {};
}

bool SqliteConnection::in_transaction() const {
  return sqlite3_get_autocommit(database_) == 0;
}

Result<sqlite3_stmt*> SqliteConnection::prepare(std::string_view sql) {
  std::string key(sql);
  if (const auto known = statements_.find(key); known != statements_.end()) {
    known->second.used = ++uses_;
    return known->second.prepared;
  }
  sqlite3_stmt* prepared = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(database_, key.data(), static_cast<int>(key.size()), SQLITE_PREPARE_PERSISTENT,
                                      &prepared, &tail);
  if (code != SQLITE_OK) return fail(code);
  std::string wrong;
  if (prepared == nullptr) {
    wrong = "the statement is empty";
  } else if (!only_blanks_or_semicolons(tail, key.data() + key.size())) {
    wrong = "one statement at a time, found more after the first: " + std::string(tail);
  } else if (use_ == Use::read && sqlite3_stmt_readonly(prepared) == 0) {
    wrong = "query() takes a reading statement; this one writes: " + key;
  } else if (use_ == Use::write && sqlite3_stmt_readonly(prepared) != 0) {
    wrong = "execute() takes a writing statement; this one writes nothing: " + key;
  }
  if (!wrong.empty()) {
    sqlite3_finalize(prepared);
    return misuse(std::move(wrong));
  }
  if (statements_.size() >= kMaxStatements) forget_the_longest_unused();
  statements_[std::move(key)] = {prepared, ++uses_};
  return prepared;
}

Result<void> SqliteConnection::bind(sqlite3_stmt* statement, const StoreRow& parameters) {
  const int expected = sqlite3_bind_parameter_count(statement);
  if (parameters.size() != static_cast<std::size_t>(expected)) {
    return misuse("the statement has " + std::to_string(expected) + " parameters, " +
                  std::to_string(parameters.size()) + " were given: " + sqlite3_sql(statement));
  }
  for (int i = 0; i < expected; ++i) {
    const int code = bind_value(statement, i + 1, parameters[static_cast<std::size_t>(i)]);
    if (code == SQLITE_OK) continue;
    Failure failure = fail(code);
    sqlite3_clear_bindings(statement);
    return failure;
  }
  return {};
}

Failure SqliteConnection::fail(int code) {
  error_ = code & 0xff;
  std::string message = std::string("store: ") + sqlite3_errmsg(database_);
  if (code != error_) message += " (SQLite code " + std::to_string(code) + ")";
  return Failure{reason_of(error_), std::move(message)};
}

Failure SqliteConnection::misuse(std::string message) {
  error_ = SQLITE_MISUSE;
  return Failure{Reason::internal, "store: " + std::move(message)};
}

void SqliteConnection::forget_the_longest_unused() {
  const auto oldest = std::min_element(statements_.begin(), statements_.end(),
                                       [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
  sqlite3_finalize(oldest->second.prepared);
  statements_.erase(oldest);
}

}  // namespace polygate
