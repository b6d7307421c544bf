#include "gateway/store/postgres_store.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/store/fnv.h"
#include "gateway/store/postgres_connection.h"
#include "gateway/store/postgres_writer.h"
#include "gateway/store/reader_pool.h"
#include "gateway/store/trouble.h"

namespace polygate {
namespace {

class PostgresStore final : public Store {
 public:
  PostgresStore(const PostgresOptions& options, std::unique_ptr<PostgresConnection> first)
      : options_(options), readers_(options.readers, [this] {
          return PostgresConnection::open(options_, PostgresConnection::Use::read);
        }) {
    for (unsigned i = 0; i < options_.writers; ++i) lanes_.emplace_back();
    start(lanes_.front(), std::move(first));
    for (unsigned i = 1; i < options_.writers; ++i)
      start(lanes_[i], nullptr);  // connects when it has something to write
  }

  ~PostgresStore() override {
    {
      const std::scoped_lock lock(mutex_);
      closing_ = true;
      for (Lane& lane : lanes_) lane.work.notify_one();
    }
    for (Lane& lane : lanes_) lane.thread.join();
    readers_.close();
  }

  Result<void> submit(Write write) override {
    const std::scoped_lock lock(mutex_);
    if (closing_) return trouble(Trouble::closing, "a write came when it was closing");
    if (waiting_ >= options_.max_waiting_writes) {
      return trouble(Trouble::crowded, std::to_string(waiting_) + " writes wait already");
    }
    ++waiting_;
    Lane& lane = lanes_[fnv1a(write.key) % lanes_.size()];
    lane.waiting.push_back(std::move(write));
    lane.work.notify_one();
    return {};
  }

  Result<StoreRows> query(std::string_view sql, StoreRow parameters, std::size_t max_rows) override {
    return readers_.with([&](PostgresConnection& reader) { return reader.rows(sql, parameters, max_rows); },
                         [](const PostgresConnection& reader) { return !reader.broken(); });
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
  /// The writes of some of the keys, and the thread that does them.
  struct Lane {
    std::deque<Write> waiting;  // guarded by mutex_
    std::condition_variable work;
    std::thread thread;
  };

  void start(Lane& lane, std::unique_ptr<PostgresConnection> connection) {
    lane.thread = std::thread([this, &lane, connection = std::move(connection)]() mutable {
      write_until_closed(lane, std::move(connection));
    });
  }

  void write_until_closed(Lane& lane, std::unique_ptr<PostgresConnection> connection) {
    PostgresWriter writer(options_, std::move(connection));
    while (std::optional<Write> write = take(lane)) {
      PostgresWriter::Written written = writer.write(*write);
      std::deque<Write> hopeless = count(lane, written);
      write->done(written.result);
      for (const Write& other : hopeless) other.done(written.result);
    }
  }

  /// Waits for a write; nothing once the store is closing and the lane is empty.
  std::optional<Write> take(Lane& lane) {
    std::unique_lock lock(mutex_);
    lane.work.wait(lock, [&] { return closing_ || !lane.waiting.empty(); });
    if (lane.waiting.empty()) return std::nullopt;
    Write write = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    --waiting_;
    return write;
  }

  /// Gives those that need not wait for a connection of their own to fail.
  std::deque<Write> count(Lane& lane, const PostgresWriter::Written& written) {
    const std::scoped_lock lock(mutex_);
    if (written.kept) ++meter_.written;
    if (written.unsure) ++meter_.unsure;
    const bool ill = !written.server && (written.server.failure().reason == Reason::busy ||
                                         written.server.failure().reason == Reason::limited);
    health_ = ill ? written.server : Result<void>();
    if (!written.unreachable) return {};
    waiting_ -= lane.waiting.size();
    return std::exchange(lane.waiting, {});
  }

  const PostgresOptions options_;
  ReaderPool<PostgresConnection> readers_;

  mutable std::mutex mutex_;  // guards all below, and what waits in the lanes
  std::size_t waiting_ = 0;
  bool closing_ = false;
  Result<void> health_;
  StoreMeter meter_;

  std::deque<Lane> lanes_;  // last: their threads use everything above
};

}  // namespace

Result<std::unique_ptr<Store>> open_postgres(const PostgresOptions& options) {
  Result<std::unique_ptr<PostgresConnection>> first = PostgresConnection::open(options, PostgresConnection::Use::write);
  if (!first) return first.failure();
  return std::unique_ptr<Store>(std::make_unique<PostgresStore>(options, std::move(*first)));
}

}  // namespace polygate
