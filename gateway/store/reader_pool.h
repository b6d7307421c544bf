#pragma once
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/store/trouble.h"

namespace polygate {

/// The connections of one store that read, opened when they are needed, at most so many. Thread-safe. close() waits for
/// those that are out.
template <class Connection>
class ReaderPool {
 public:
  using Open = std::function<Result<std::unique_ptr<Connection>>()>;

  ReaderPool(unsigned most, Open open) : most_(most), open_(std::move(open)) {}

  /// Runs `use` on a connection that nobody else has, and gives what it gives; waits for one. A connection of which
  /// `is_good` does not hold, before or behind that, is not used again.
  template <class Use, class IsGood>
  auto with(Use use, IsGood is_good) -> decltype(use(std::declval<Connection&>())) {
    std::unique_lock lock(mutex_);
    if (closing_) return trouble(Trouble::closing, "a query came when it was closing");
    back_.wait(lock, [&] { return !idle_.empty() || out_ < most_; });
    ++out_;
    std::unique_ptr<Connection> connection;
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
    lock.unlock();
    if (connection && !is_good(*connection)) connection.reset();
    if (!connection) {
      Result<std::unique_ptr<Connection>> opened = open_();
      if (!opened) {
        give_back(nullptr);
        return opened.failure();
      }
      connection = std::move(*opened);
    }
    auto given = use(*connection);
    if (!is_good(*connection)) connection.reset();
    give_back(std::move(connection));
    return given;
  }

  void close() {
    std::unique_lock lock(mutex_);
    closing_ = true;
    back_.wait(lock, [&] { return out_ == 0; });
  }

 private:
  void give_back(std::unique_ptr<Connection> connection) {
    const std::scoped_lock lock(mutex_);
    if (connection) idle_.push_back(std::move(connection));
    --out_;
    back_.notify_all();
  }

  const unsigned most_;
  const Open open_;
  std::mutex mutex_;  // guards all below
  std::condition_variable back_;
  std::vector<std::unique_ptr<Connection>> idle_;
  unsigned out_ = 0;
  bool closing_ = false;
};

}  // namespace polygate
