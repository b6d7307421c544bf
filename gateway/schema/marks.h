#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace polygate::schema {

/// Which members or items of one value some schema has evaluated, for unevaluatedProperties and unevaluatedItems.
/// Lives on the stack; beyond 256 members it allocates.
class Marks {
 public:
  explicit Marks(std::size_t count) : count_(count) {
    if (count > few_.size() * 64) many_.resize((count + 63) / 64);
  }

  void add(std::size_t index) { words()[index / 64] |= std::uint64_t{1} << (index % 64); }
  bool has(std::size_t index) const { return (words()[index / 64] >> (index % 64) & 1) != 0; }
  void add_all(const Marks& other) {
    for (std::size_t i = 0; i * 64 < count_; ++i) words()[i] |= other.words()[i];
  }
  std::size_t count() const { return count_; }

 private:
  std::uint64_t* words() { return many_.empty() ? few_.data() : many_.data(); }
  const std::uint64_t* words() const { return many_.empty() ? few_.data() : many_.data(); }

  std::size_t count_;
  std::array<std::uint64_t, 4> few_{};
  std::vector<std::uint64_t> many_;
};

}  // namespace polygate::schema
