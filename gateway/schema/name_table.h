#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace polygate::schema {

/// A set of names fixed when it is made, numbered in the order given: one probe and, for names up to 16 bytes, two
/// comparisons of words tell whether a text is among them, and which. Immutable; shared by threads.
class NameTable {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  NameTable() : NameTable(std::vector<std::string>()) {}
  /// The names must differ.
  explicit NameTable(std::vector<std::string> names);

  /// The number of `name`, or kNone.
  std::uint32_t find(std::string_view name) const {
    const Ends ends(name);
    const Slot& slot = slots_[whole_ ? whole_slot(name) : (ends.mixed() * multiplier_) >> shift_];
    if (slot.ends.head != ends.head || slot.ends.tail != ends.tail || slot.ends.size != ends.size) return kNone;
    return name.size() <= 16 || names_[slot.number] == name ? slot.number : kNone;
  }

  const std::vector<std::string>& names() const { return names_; }

 private:
  /// The first and the last eight bytes, overlapping in shorter names, and the length: all of a name up to 16 bytes.
  struct Ends {
    Ends() = default;
    explicit Ends(std::string_view name) : size(name.size()) {
      const char* text = name.data();
      if (size >= 8) {
        std::memcpy(&head, text, 8);
        std::memcpy(&tail, text + size - 8, 8);
      } else if (size >= 4) {
        std::memcpy(&head, text, 4);
        std::memcpy(&tail, text + size - 4, 4);
      } else if (size > 0) {
        const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(text[i])}; };
        head = byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16;
      }
    }
    std::uint64_t mixed() const { return (head ^ (tail << 23 | tail >> 41)) + size * 0x9E3779B97F4A7C15u; }

    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    std::size_t size = ~std::size_t{0};  // no name is that long: an empty slot
  };
  struct Slot {
    Ends ends;
    std::uint32_t number = kNone;
  };

  std::size_t whole_slot(std::string_view name) const;
  bool place(std::size_t size, std::uint64_t seed);

  std::vector<std::string> names_;
  std::vector<Slot> slots_;  // a power of two, at least 2; each name is alone in its slot
  std::uint64_t multiplier_ = 1;
  unsigned shift_ = 63;
  bool whole_ = false;  // the ends do not tell the names apart
};

}  // namespace polygate::schema
