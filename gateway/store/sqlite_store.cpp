#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "gateway/store/sqlite_connection.h"
#include "gateway/store/store.h"

namespace polygate {
namespace {

using Connection = SqliteConnection;

constexpr std::size_t kMaxBatch = 512;

/// One waiting execute(). Lives on the caller's stack; the writer thread fills `result`, then sets `done`.
struct Write {
  std::string_view sql;
  StoreRow parameters;
  Result<void> result;
  bool done = false;
};

using Batch = std::vector<Write*>;

void fail_all(const Batch& batch, const Failure& failure) {
  for (Write* write : batch) {
    if (write->result) write->result = failure;
  }
}

/// The connection that writes. Lives on the writer thread.
class Writer {
 public:
  Writer(std::filesystem::path file, SqliteOptions options, std::unique_ptr<Connection> connection)
      : file_(std::move(file)), options_(options), connection_(std::move(connection)) {}

  /// Runs the batch as one transaction and fills every result. Returns why the disk did not take it, if it did not.
  Result<void> commit(const Batch& batch) {
    if (Result<void> ready = make_ready(); !ready) {
      fail_all(batch, ready.failure());
      return ready;
    }
    Result<void> committed = in_one_transaction(batch);
    if (committed) return committed;
    const int error = connection_->error();
    if (connection_->in_transaction()) static_cast<void>(connection_->control("ROLLBACK"));  // the batch failed already
    if (error == SQLITE_CORRUPT || error == SQLITE_NOTADB) corrupt_ = committed.failure();
    // After a failed fsync nobody knows what is on disk, and what was rolled back may come back with the next opening:
    // retrying here could write it twice. The callers hear that it is unsure and may ask again.
    if (error == SQLITE_IOERR) connection_.reset();
    if (batch.size() > 1 && error == SQLITE_FULL) return one_by_one(batch);
    fail_all(batch, committed.failure());
    return committed;
  }

 private:
  Result<void> make_ready() {
    if (corrupt_) return *corrupt_;
    if (connection_) return {};
    Result<std::unique_ptr<Connection>> opened = Connection::open(file_, Connection::Use::write, options_);
    if (!opened) return opened.failure();
    connection_ = std::move(*opened);
    return {};
  }

  Result<void> in_one_transaction(const Batch& batch) {
    if (Result<void> begun = connection_->control("BEGIN IMMEDIATE"); !begun) return begun;
    for (Write* write : batch) {
      if (Result<void> ran = in_one_savepoint(*write); !ran) return ran;
    }
    return connection_->control("COMMIT");
  }

  /// A failing statement leaves its savepoint and nothing else; only what ends the transaction is returned.
  Result<void> in_one_savepoint(Write& write) {
    if (Result<void> saved = connection_->control("SAVEPOINT one"); !saved) return saved;
    write.result = connection_->run(write.sql, write.parameters, {});
    const int error = connection_->error();
    if (write.result) return connection_->control("RELEASE one");
    if (!connection_->in_transaction() || error == SQLITE_IOERR || error == SQLITE_CORRUPT || error == SQLITE_NOTADB) {
      Failure lost = write.result.failure();
      write.result = {};
      return lost;
    }
    if (Result<void> undone = connection_->control("ROLLBACK TO one"); !undone) return undone;
    return connection_->control("RELEASE one");
  }

  /// When the disk is full, what still fits is written.
  Result<void> one_by_one(const Batch& batch) {
    Result<void> last;
    for (Write* write : batch) {
      write->result = {};
      last = commit({write});
    }
    return last;
  }

  std::filesystem::path file_;
  SqliteOptions options_;
  std::unique_ptr<Connection> connection_;
  std::optional<Failure> corrupt_;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(const std::filesystem::path& file, const SqliteOptions& options, std::unique_ptr<Connection> connection)
      : file_(file),
        options_(options),
        writer_(file, options, std::move(connection)),
        thread_([this] { write_until_closed(); }) {}

  ~SqliteStore() override {
    {
      const std::scoped_lock lock(mutex_);
      closing_ = true;
      work_.notify_one();
    }
    thread_.join();
    std::unique_lock lock(mutex_);
    left_.wait(lock, [&] { return callers_ == 0; });
  }

  Result<void> execute(std::string_view sql, StoreRow parameters) override {
    Write write{sql, std::move(parameters), {}, false};
    std::unique_lock lock(mutex_);
    if (closing_) return Failure{Reason::busy, "store: it is closing"};
    if (waiting_.size() >= options_.max_waiting_writes) {
      return Failure{Reason::busy, "store: " + std::to_string(waiting_.size()) + " writes wait already"};
    }
    ++callers_;
    waiting_.push_back(&write);
    work_.notify_one();
    committed_.wait(lock, [&] { return write.done; });
    leave();
    return std::move(write.result);
  }

  Result<std::vector<StoreRow>> query(std::string_view sql, StoreRow parameters, std::size_t max_rows) override {
    Result<std::unique_ptr<Connection>> reader = borrow_reader();
    if (!reader) return reader.failure();
    std::vector<StoreRow> rows;
    bool too_many = false;
    Result<void> ran = (*reader)->run(sql, parameters, [&](StoreRow row) {
      too_many = rows.size() == max_rows;
      if (!too_many) rows.push_back(std::move(row));
      return !too_many;
    });
    return_reader(std::move(*reader));
    if (!ran) return ran.failure();
    if (too_many)
      return Failure{Reason::limited, "store: the query has more than " + std::to_string(max_rows) + " rows"};
    return rows;
  }

  Result<void> health() const override {
    const std::scoped_lock lock(mutex_);
    return health_;
  }

 private:
  void write_until_closed() {
    for (;;) {
      const Batch batch = take_waiting();
      if (batch.empty()) return;
      Result<void> committed = writer_.commit(batch);
      const std::scoped_lock lock(mutex_);
      health_ = std::move(committed);
      for (Write* write : batch) {
        if (!write->result && write->result.failure().reason == Reason::limited) health_ = write->result;
        write->done = true;
      }
      committed_.notify_all();
    }
  }

  /// Waits for work; empty once the store is closing and everything is written.
  Batch take_waiting() {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    Batch batch;
    while (!waiting_.empty() && batch.size() < kMaxBatch) {
      batch.push_back(waiting_.front());
      waiting_.pop_front();
    }
    return batch;
  }

  Result<std::unique_ptr<Connection>> borrow_reader() {
    std::unique_lock lock(mutex_);
    if (closing_) return Failure{Reason::busy, "store: it is closing"};
    ++callers_;
    reader_back_.wait(lock, [&] { return !readers_.empty() || readers_out_ < options_.readers; });
    ++readers_out_;
    if (!readers_.empty()) {
      std::unique_ptr<Connection> reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
    lock.unlock();
    Result<std::unique_ptr<Connection>> opened = Connection::open(file_, Connection::Use::read, options_);
    if (!opened) return_reader(nullptr);
    return opened;
  }

  void return_reader(std::unique_ptr<Connection> reader) {
    // A connection that met a broken disk is not used again: the next query opens a fresh one.
    if (reader && (reader->error() == SQLITE_IOERR || reader->error() == SQLITE_CORRUPT)) reader.reset();
    const std::scoped_lock lock(mutex_);
    if (reader) readers_.push_back(std::move(reader));
    --readers_out_;
    reader_back_.notify_one();
    leave();
  }

  void leave() {
    if (--callers_ == 0) left_.notify_all();
  }

  const std::filesystem::path file_;
  const SqliteOptions options_;
  Writer writer_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable work_, committed_, reader_back_, left_;
  std::deque<Write*> waiting_;
  std::vector<std::unique_ptr<Connection>> readers_;
  unsigned readers_out_ = 0;
  std::size_t callers_ = 0;
  bool closing_ = false;
  Result<void> health_;

  std::thread thread_;  // last: it uses everything above
};

/// SQLite gives the WAL the mode of the database file, so it is made here, for us alone, and the folder entry is
/// synced.
Result<void> make_file(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const auto failure = [&](const std::string& message) {
    return Failure{Reason::internal, "cannot open the store " + file.string() + ": " + message};
  };
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return failure("folder " + folder.string() + ": " + std::strerror(errno));
  const int made = ::openat(directory, file.filename().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  const int error = errno;
  if (made >= 0) {
    ::close(made);
    ::fsync(directory);
  }
  ::close(directory);
  if (made < 0) return failure(std::strerror(error));
  return {};
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file, const SqliteOptions& options) {
  if (Result<void> made = make_file(file); !made) return made.failure();
  Result<std::unique_ptr<Connection>> writer = Connection::open(file, Connection::Use::write, options);
  if (!writer) return writer.failure();
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(file, options, std::move(*writer)));
}

}  // namespace polygate
