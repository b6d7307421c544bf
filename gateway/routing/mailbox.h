#pragma once
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace polygate {

/// Letters from any thread to one reader. Unbounded by itself: each writer's letters are bounded by what the writer may
/// do. `wake` is called from the writer's thread when the box was empty; it must be thread-safe and must not take
/// letters.
template <class Letter>
class Mailbox {
 public:
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void put(Letter letter) {
    bool first = false;
    {
      const std::scoped_lock lock(mutex_);
      first = letters_.empty();
      letters_.push_back(std::move(letter));
    }
    if (first) wake_();
  }
  /// Everything that came so far, oldest first. `into` is emptied and its memory used again.
  void take(std::vector<Letter>& into) {
    into.clear();
    const std::scoped_lock lock(mutex_);
    into.swap(letters_);
  }

 private:
  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<Letter> letters_;
};

}  // namespace polygate
