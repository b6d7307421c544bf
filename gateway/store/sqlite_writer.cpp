#include "gateway/store/sqlite_writer.h"

#include <sqlite3.h>

#include <utility>

#include "gateway/store/connection_transaction.h"
#include "gateway/store/trouble.h"

namespace polygate {
namespace {

/// Is a connection of no use after this error? The next write opens another one.
bool is_broken(int error) {
  return error == SQLITE_IOERR || error == SQLITE_READONLY || error == SQLITE_CANTOPEN;
}

bool is_damaged(int error) {
  return error == SQLITE_CORRUPT || error == SQLITE_NOTADB;
}

}  // namespace

SqliteWriter::SqliteWriter(std::filesystem::path file, SqliteOptions options,
                           std::unique_ptr<SqliteConnection> connection)
    : file_(std::move(file)), options_(options), connection_(std::move(connection)) {}

Result<void> SqliteWriter::commit(std::span<WaitingWrite> batch) {
  bool unsure = false;
  int error = SQLITE_OK;
  Result<void> done = make_ready();
  if (done) {
    done = run_all(batch);
    if (done) done = make_durable(unsure);
    error = connection_->error();
  }
  if (done) return done;
  if (connection_ && connection_->in_transaction()) static_cast<void>(connection_->control("ROLLBACK"));
  if (is_damaged(error)) damaged_ = done.failure();
  // After a failed fsync nobody knows what is on disk, and what was rolled back may come back with the next opening:
  // doing it again here could write it twice. The callers hear that it is unsure and may ask again.
  if (unsure || is_broken(error)) connection_.reset();
  if (error == SQLITE_FULL && batch.size() > 1) return one_by_one(batch);
  for (WaitingWrite& waiting : batch) {
    if (!waiting.kept) continue;
    waiting.result = done;
    waiting.unsure = unsure;
  }
  return done;
}

Result<void> SqliteWriter::make_ready() {
  if (connection_ && connection_->moved()) {
    connection_.reset();
    damaged_.reset();
  }
  if (damaged_) return *damaged_;
  if (connection_) return {};
  Result<std::unique_ptr<SqliteConnection>> opened =
      SqliteConnection::open(file_, SqliteConnection::Use::write, options_);
  if (!opened) return opened.failure();
  connection_ = std::move(*opened);
  return {};
}

Result<void> SqliteWriter::run_all(std::span<WaitingWrite> batch) {
  if (Result<void> begun = connection_->control("BEGIN IMMEDIATE"); !begun) return begun;
  for (WaitingWrite& waiting : batch) {
    if (Result<void> ran = run_one(waiting); !ran) return ran;
  }
  return {};
}

/// What fails leaves its savepoint and nothing else; only what ends the transaction for all is returned.
Result<void> SqliteWriter::run_one(WaitingWrite& waiting) {
  if (Result<void> saved = connection_->control("SAVEPOINT one"); !saved) return saved;
  ConnectionTransaction transaction(*connection_, waiting.write.defines);
  const bool wanted = waiting.write.body(transaction);
  const std::optional<Failure>& spoilt = transaction.spoilt();
  waiting.kept = wanted && !spoilt;
  if (wanted && spoilt) waiting.result = *spoilt;
  if (waiting.kept) return connection_->control("RELEASE one");
  const int error = connection_->error();
  if (spoilt && (!connection_->in_transaction() || is_broken(error) || is_damaged(error))) return *spoilt;
  if (Result<void> undone = connection_->control("ROLLBACK TO one"); !undone) return undone;
  return connection_->control("RELEASE one");
}

Result<void> SqliteWriter::make_durable(bool& unsure) {
  Result<void> committed = connection_->control("COMMIT");
  unsure = committed ? connection_->moved() : connection_->error() == SQLITE_IOERR;
  if (!unsure) return committed;
  return trouble(Trouble::unsure, committed ? file_.string() + " was moved or removed while it was written to"
                                            : committed.failure().details);
}

/// When the disk is full, what still fits is written.
Result<void> SqliteWriter::one_by_one(std::span<WaitingWrite> batch) {
  Result<void> last;
  for (WaitingWrite& waiting : batch) {
    waiting.result = {};
    waiting.kept = true;
    last = commit({&waiting, 1});
  }
  return last;
}

}  // namespace polygate
