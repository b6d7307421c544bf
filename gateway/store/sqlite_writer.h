#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "gateway/store/sqlite_connection.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/store.h"

namespace polygate {

/// One write that waits, and what became of it.
struct WaitingWrite {
  Store::Write write;
  Result<void> result = {};
  bool kept = true;     ///< false: its body said no or spoilt its part, so the commit is nothing to it
  bool unsure = false;  ///< its commit may be durable or not
};

/// The one connection to a file that writes. Used by the store's writer thread alone.
class SqliteWriter {
 public:
  SqliteWriter(std::filesystem::path file, SqliteOptions options, std::unique_ptr<SqliteConnection> connection);

  /// Runs the bodies in one transaction, each in a savepoint of its own, and fills the results. When the disk is full
  /// for all of them together it runs them again, one by one. Returns why the disk took nothing, if it did not.
  Result<void> commit(std::span<WaitingWrite> batch);

 private:
  Result<void> make_ready();
  Result<void> run_all(std::span<WaitingWrite> batch);
  Result<void> run_one(WaitingWrite& waiting);
  Result<void> make_durable(bool& unsure);
  Result<void> one_by_one(std::span<WaitingWrite> batch);

  const std::filesystem::path file_;
  const SqliteOptions options_;
  std::unique_ptr<SqliteConnection> connection_;
  std::optional<Failure> damaged_;  // why this file is written to no more
};

}  // namespace polygate
