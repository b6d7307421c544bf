#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polygate::schema {

/// A set of names fixed when it is made, numbered in the order given: one probe and one comparison tell whether a text
/// is among them, and which. Immutable; shared by threads.
class NameTable {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  NameTable() = default;
  /// The names must differ.
  explicit NameTable(std::vector<std::string> names);

  /// The number of `name`, or kNone.
  std::uint32_t find(std::string_view name) const {
    if (slots_.empty()) return kNone;
    const std::uint32_t number = slots_[slot(name)];
    return number != kNone && names_[number] == name ? number : kNone;
  }

  const std::vector<std::string>& names() const { return names_; }

 private:
  std::size_t slot(std::string_view name) const;
  bool place(std::size_t size);

  std::vector<std::string> names_;
  std::vector<std::uint32_t> slots_;  // a power of two; each name is alone in its slot
  std::uint64_t seed_ = 0;
  unsigned shift_ = 0;
  bool whole_ = false;  // the first and the last eight bytes do not tell the names apart
};

}  // namespace polygate::schema
