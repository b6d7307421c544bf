#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/base/result.h"
#include "gateway/store/postgres_store.h"
#include "gateway/store/statement.h"
#include "gateway/store/store.h"
#include "gateway/store/trouble.h"

struct pg_conn;
struct pg_result;

namespace polygate {

/// One connection to a PostgreSQL server, in the schema of its options. Used by one thread at a time.
class PostgresConnection {
 public:
  enum class Use : std::uint8_t { read, write };

  /// Connects, or says why not within five seconds for each address.
  static Result<std::unique_ptr<PostgresConnection>> open(const PostgresOptions& options, Use use);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  /// Runs one statement of the dialect (statement.h) to its end and gives its rows, at most so many. Refuses one that
  /// defines tables unless it may, and a count of parameters other than the statement's.
  Result<StoreRows> rows(std::string_view sql, const StoreRow& parameters, std::size_t max_rows,
                         bool may_define = false);
  /// Runs statements of our own, such as COMMIT.
  Result<void> control(const std::string& sql);

  /// Is the server out of reach by now, or has one that shall write only copies to give? Then the connection is of no
  /// use any more.
  bool broken() const;
  /// The SQLSTATE of the last call: empty when it did well, or when the server said nothing.
  const std::string& state() const { return state_; }
  /// May the last failure go away when the transaction is run again: a serialization failure or a deadlock?
  bool worth_another_try() const { return state_ == "40001" || state_ == "40P01"; }

 private:
  PostgresConnection(pg_conn* connection, Use use) : connection_(connection), use_(use) {}
  Result<void> prepare_session(const PostgresOptions& options);
  Result<const Statement*> read(std::string_view sql, bool may_define);
  Result<StoreRows> collect(std::size_t max_rows, std::string_view sql);
  Failure fail(const pg_result* result);
  Failure misuse(std::string details);
  std::string quoted(const std::string& name) const;

  pg_conn* connection_;
  const Use use_;
  bool only_reads_ = false;  // though it shall write
  std::string state_;
  std::unordered_map<std::string, Statement> statements_;
};

}  // namespace polygate
