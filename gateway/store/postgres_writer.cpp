#include "gateway/store/postgres_writer.h"

#include <string>
#include <thread>
#include <utility>

#include "gateway/store/connection_transaction.h"
#include "gateway/store/fnv.h"

namespace polygate {
namespace {

constexpr int kMostRuns = 5;
constexpr Millis kPause{5};  // before the second run, twice as long before the third, and so on

/// The advisory lock of a key in a schema, which all gateways compute alike.
std::string lock_of(const std::string& schema, const std::string& key) {
  return std::to_string(static_cast<std::int64_t>(fnv1a(schema + "/" + key)));
}

/// Does the server itself say that it does not know, or not stay to say anything?
bool is_unsure(const PostgresConnection& connection) {
  const std::string& state = connection.state();
  return connection.broken() || state.empty() || state == "40003" || state == "08007" || state.starts_with("57");
}

}  // namespace

PostgresWriter::Written PostgresWriter::write(const Store::Write& write) {
  for (int run = 1;; ++run) {
    bool again = false;
    Written written = attempt(write, again);
    if (!again || run == kMostRuns) return written;
    // At once it would meet the winner of the deadlock again, who has not had the time to take what became free.
    std::this_thread::sleep_for(kPause * run);
  }
}

PostgresWriter::Written PostgresWriter::attempt(const Store::Write& write, bool& again) {
  if (!connection_) {
    Result<std::unique_ptr<PostgresConnection>> opened =
        PostgresConnection::open(options_, PostgresConnection::Use::write);
    if (!opened) return {opened.failure(), opened.failure(), false, false, true};
    connection_ = std::move(*opened);
  }
  if (Result<void> begun = connection_->control("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(" +
                                                lock_of(options_.schema, write.key) + ")");
      !begun) {
    // An idle connection may have been lost long ago: nothing has been done over it yet.
    again = connection_->broken() || connection_->worth_another_try();
    return give_up(begun.failure());
  }
  ConnectionTransaction transaction(*connection_, write.defines);
  const bool wanted = write.body(transaction);
  if (const std::optional<Failure>& spoilt = transaction.spoilt()) {
    again = connection_->worth_another_try();
    Written undone = give_up(*spoilt);
    if (!wanted && !again) undone.result = {};
    return undone;
  }
  if (!wanted) {
    undo();
    return {};
  }
  Result<void> committed = connection_->control("COMMIT");
  if (committed) {
    Written written;
    written.kept = true;
    return written;
  }
  if (is_unsure(*connection_)) {
    connection_.reset();
    const Failure unsure = trouble(Trouble::unsure, committed.failure().details);
    return {unsure, unsure, false, true, false};
  }
  again = connection_->worth_another_try();
  return give_up(committed.failure());
}

PostgresWriter::Written PostgresWriter::give_up(const Failure& why) {
  undo();
  return {why, why, false, false, false};
}

/// Takes back what was begun. A connection over which that does not go is of no use any more.
void PostgresWriter::undo() {
  if (connection_->broken() || !connection_->control("ROLLBACK")) connection_.reset();
}

}  // namespace polygate
