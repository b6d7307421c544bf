#pragma once
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "gateway/routing/ids.h"

namespace polygate {

/// How much waits for one reader. Above the high marks its writers shall pause, until it is below the low ones: the
/// reader is *pressed* meanwhile. Nothing is refused: what a writer had begun is added all the same. Not thread-safe.
class Load {
 public:
  static constexpr std::size_t kLetter = 64;  ///< what each letter weighs beside its frame
  static constexpr std::size_t kHighLetters = 4'096;
  static constexpr std::size_t kHighBytes = std::size_t{4} << 20;
  static constexpr std::size_t kLowLetters = 1'024;
  static constexpr std::size_t kLowBytes = std::size_t{1} << 20;

  struct Amount {
    std::size_t letters = 0;
    std::size_t bytes = 0;

    void add(std::size_t weight) {
      ++letters;
      bytes += weight;
    }
  };

  void add(std::size_t weight) {
    waits_.add(weight);
    pressed_ = pressed_ || waits_.letters > kHighLetters || waits_.bytes > kHighBytes;
  }
  /// So much was read. Who waited to hear that it is pressed no longer is added to `eased`.
  void remove(const Amount& read, std::vector<WorkerIndex>& eased) {
    waits_.letters -= read.letters;
    waits_.bytes -= read.bytes;
    if (!pressed_ || waits_.letters >= kLowLetters || waits_.bytes >= kLowBytes) return;
    pressed_ = false;
    eased.insert(eased.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
  }
  /// `who` waits for that, once however often it asks. False: it is not pressed.
  bool await_eased(WorkerIndex who) {
    if (pressed_ && std::find(waiting_.begin(), waiting_.end(), who) == waiting_.end()) waiting_.push_back(who);
    return pressed_;
  }
  bool pressed() const { return pressed_; }
  const Amount& waits() const { return waits_; }

 private:
  Amount waits_;
  bool pressed_ = false;
  std::vector<WorkerIndex> waiting_;  ///< at most all workers
};

}  // namespace polygate
