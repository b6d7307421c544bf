#pragma once
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace polygate {

/// Letters from any thread to one reader. Unbounded by itself: each writer's letters are bounded by what the writer may
/// do. `wake` is called from the writer's thread once for all that the reader has not taken yet; it must be thread-safe
/// and must not take letters.
template <class Letter>
class Mailbox {
 public:
  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void put(Letter letter) {
    bool asleep = false;
    {
      const std::scoped_lock lock(mutex_);
      asleep = !std::exchange(woken_, true);
      letters_.push_back(std::move(letter));
    }
    if (asleep) wake_();
  }
  /// For what the reader need not know before it looks for another reason.
  void leave(Letter letter) {
    const std::scoped_lock lock(mutex_);
    letters_.push_back(std::move(letter));
  }
  /// Everything that came so far, oldest first. `into` is emptied and its memory used again.
  void take(std::vector<Letter>& into) {
    into.clear();
    const std::scoped_lock lock(mutex_);
    woken_ = false;
    into.swap(letters_);
  }

 private:
  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<Letter> letters_;
  bool woken_ = false;  ///< since the last take()
};

}  // namespace polygate
