#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/slot_map.h"

namespace polygate {

/// What one thread waits for, nearest first; of equal times the one that was added first. What is no longer waited for
/// is taken out at once, so that nothing stays longer than what it belongs to. All in O(log n).
template <class What>
class TimerQueue {
 public:
  /// Names one entry. Finds nothing once that was taken or removed.
  struct Id {
    std::uint32_t slot = 0;
    std::uint64_t number = 0;  ///< 0 = none
    explicit operator bool() const { return number != 0; }
  };

  Id add(Instant due, What what) {
    const std::uint32_t slot = slots_.reserve();
    slots_[slot] = {due, ++last_, heap_.size(), std::move(what)};
    heap_.push_back(slot);
    rise(heap_.size() - 1);
    return {slot, last_};
  }

  /// Nothing happens when it is no longer there. `id` names nothing afterwards.
  void remove(Id& id) {
    const Id gone = std::exchange(id, {});
    const Slot* slot = gone ? slots_.find(gone.slot) : nullptr;
    if (slot != nullptr && slot->number == gone.number) erase(slot->at);
  }

  std::optional<Instant> next() const {
    return heap_.empty() ? std::nullopt : std::optional(slots_[heap_.front()].due);
  }
  std::optional<What> take_due(Instant now) {
    if (heap_.empty() || slots_[heap_.front()].due > now) return std::nullopt;
    What what = std::move(slots_[heap_.front()].what);
    erase(0);
    return what;
  }
  std::size_t size() const { return heap_.size(); }

 private:
  struct Slot {
    Instant due{};
    std::uint64_t number = 0;
    std::size_t at = 0;  ///< in the heap
    What what{};
  };

  bool before(std::uint32_t a, std::uint32_t b) const {
    return slots_[a].due != slots_[b].due ? slots_[a].due < slots_[b].due : slots_[a].number < slots_[b].number;
  }
  void put(std::size_t at, std::uint32_t slot) {
    heap_[at] = slot;
    slots_[slot].at = at;
  }
  void rise(std::size_t at) {
    const std::uint32_t slot = heap_[at];
    while (at > 0 && before(slot, heap_[(at - 1) / 2])) {
      put(at, heap_[(at - 1) / 2]);
      at = (at - 1) / 2;
    }
    put(at, slot);
  }
  void sink(std::size_t at) {
    const std::uint32_t slot = heap_[at];
    for (std::size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
      if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
      if (!before(heap_[child], slot)) break;
      put(at, heap_[child]);
      at = child;
    }
    put(at, slot);
  }
  void erase(std::size_t at) {
    const std::uint32_t slot = heap_[at];
    const std::uint32_t last = heap_.back();
    heap_.pop_back();
    slots_.release(slot);
    if (slot == last) return;
    put(at, last);
    rise(at);
    sink(slots_[last].at);
  }

  SlotMap<Slot> slots_;
  std::vector<std::uint32_t> heap_;
  std::uint64_t last_ = 0;
};

}  // namespace polygate
