#include "gateway/store/sqlite_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "gateway/store/reader_pool.h"
#include "gateway/store/sqlite_connection.h"
#include "gateway/store/sqlite_writer.h"
#include "gateway/store/trouble.h"

namespace polygate {
namespace {

using Batch = std::vector<WaitingWrite>;

constexpr std::size_t kMaxBatch = 512;

class SqliteStore final : public Store {
 public:
  SqliteStore(const std::filesystem::path& file, const SqliteOptions& options,
              std::unique_ptr<SqliteConnection> connection)
      : options_(options),
        readers_(options.readers,
                 [file, options] { return SqliteConnection::open(file, SqliteConnection::Use::read, options); }),
        writer_(file, options, std::move(connection)),
        thread_([this] { write_until_closed(); }) {}

  ~SqliteStore() override {
    {
      const std::scoped_lock lock(mutex_);
      closing_ = true;
      work_.notify_one();
    }
    thread_.join();
    readers_.close();
  }

  Result<void> submit(Write write) override {
    const std::scoped_lock lock(mutex_);
    if (closing_) return trouble(Trouble::closing, "a write came when it was closing");
    if (waiting_.size() >= options_.max_waiting_writes) {
      return trouble(Trouble::crowded, std::to_string(waiting_.size()) + " writes wait already");
    }
    waiting_.push_back({std::move(write)});
    work_.notify_one();
    return {};
  }

  Result<StoreRows> query(std::string_view sql, StoreRow parameters, std::size_t max_rows) override {
    return readers_.with([&](SqliteConnection& reader) { return reader.rows(sql, parameters, max_rows); }, is_good);
  }

  Result<void> health() const override {
    const std::scoped_lock lock(mutex_);
    return health_;
  }

  StoreMeter meter() const override {
    const std::scoped_lock lock(mutex_);
    return meter_;
  }

 private:
  void write_until_closed() {
    for (;;) {
      Batch batch = take_waiting();
      if (batch.empty()) return;
      Result<void> committed = writer_.commit(batch);
      count(batch, std::move(committed));
      for (WaitingWrite& waiting : batch) waiting.write.done(std::move(waiting.result));
    }
  }

  void count(const Batch& batch, Result<void> committed) {
    const std::scoped_lock lock(mutex_);
    health_ = std::move(committed);
    for (const WaitingWrite& waiting : batch) {
      if (waiting.kept && waiting.result) ++meter_.written;
      if (waiting.unsure) ++meter_.unsure;
      if (!waiting.result && waiting.result.failure().reason == Reason::limited) health_ = waiting.result;
    }
  }

  /// Waits for work; empty once the store is closing and everything is written.
  Batch take_waiting() {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMaxBatch));
    Batch batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    return batch;
  }

  /// A connection that met a broken disk, or whose file is gone, is not used again.
  static bool is_good(const SqliteConnection& reader) {
    return reader.error() != SQLITE_IOERR && reader.error() != SQLITE_CORRUPT && !reader.moved();
  }

  const SqliteOptions options_;
  ReaderPool<SqliteConnection> readers_;
  SqliteWriter writer_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable work_;
  std::deque<WaitingWrite> waiting_;
  bool closing_ = false;
  Result<void> health_;
  StoreMeter meter_;

  std::thread thread_;  // last: it uses everything above
};

/// SQLite gives the WAL the mode of the database file, so it is made here, for us alone, and the folder entry is
/// synced.
Result<void> make_file(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) {
    return trouble(Trouble::unreachable, "folder " + folder.string() + ": " + std::strerror(errno));
  }
  const int made = ::openat(directory, file.filename().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  const int error = errno;
  if (made >= 0) {
    ::close(made);
    ::fsync(directory);
  }
  ::close(directory);
  if (made < 0) return trouble(Trouble::unreachable, file.string() + ": " + std::strerror(error));
  return {};
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file, const SqliteOptions& options) {
  if (Result<void> made = make_file(file); !made) return made.failure();
  Result<std::unique_ptr<SqliteConnection>> writer =
      SqliteConnection::open(file, SqliteConnection::Use::write, options);
  if (!writer) return writer.failure();
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(file, options, std::move(*writer)));
}

}  // namespace polygate
