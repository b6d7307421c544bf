#pragma once
#include <memory>

#include "gateway/store/postgres_connection.h"
#include "gateway/store/postgres_store.h"
#include "gateway/store/store.h"

namespace polygate {

/// One connection that writes, transaction by transaction. Used by one thread.
class PostgresWriter {
 public:
  /// What became of a write.
  struct Written {
    Result<void> result = {};
    Result<void> server = {};  ///< what the server failed at, also where the body has an answer of its own
    bool kept = false;         ///< it is durable
    bool unsure = false;       ///< nobody knows whether it is
    bool unreachable = false;  ///< there is no connection: those that wait would fare no better
  };

  PostgresWriter(const PostgresOptions& options, std::unique_ptr<PostgresConnection> connection)
      : options_(options), connection_(std::move(connection)) {}

  /// Runs the body in a transaction under the lock of its key; again after a serialization failure or a deadlock.
  Written write(const Store::Write& write);

 private:
  Written attempt(const Store::Write& write, bool& again);
  Written give_up(const Failure& why);
  void undo();

  const PostgresOptions& options_;
  std::unique_ptr<PostgresConnection> connection_;
};

}  // namespace polygate
