#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace polygate {

/// Things by small numbers that are used again when what they named has gone; the last that became free is the first
/// to be. What lies in a slot says itself whether it is somebody's: a free one holds a T{}.
template <class T>
class SlotMap {
 public:
  using Slot = std::uint32_t;

  /// A slot for somebody new.
  Slot reserve() {
    if (free_.empty()) {
      slots_.emplace_back();
      return static_cast<Slot>(slots_.size() - 1);
    }
    const Slot slot = free_.back();
    free_.pop_back();
    return slot;
  }
  /// Gives a slot back, and returns what was in it.
  T release(Slot slot) {
    free_.push_back(slot);
    return std::exchange(slots_[slot], T{});
  }

  /// `slot` was reserved at some time.
  T& operator[](Slot slot) { return slots_[slot]; }
  const T& operator[](Slot slot) const { return slots_[slot]; }
  /// For numbers from elsewhere: null when there never was such a slot.
  const T* find(std::size_t slot) const { return slot < slots_.size() ? &slots_[slot] : nullptr; }

  /// All slots, free ones too.
  auto begin() const { return slots_.begin(); }
  auto end() const { return slots_.end(); }
  /// How many are somebody's.
  std::size_t size() const { return slots_.size() - free_.size(); }

 private:
  std::vector<T> slots_;
  std::vector<Slot> free_;
};

}  // namespace polygate
