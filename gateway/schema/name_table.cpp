#include "gateway/schema/name_table.h"

#include <bit>
#include <cstring>

#include "gateway/schema/equality.h"

namespace polygate::schema {
namespace {

constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15u;

template <class Word>
std::uint64_t load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// The first and the last eight bytes, overlapping in short names, and the length.
std::uint64_t ends(std::string_view name) {
  const char* text = name.data();
  const std::size_t size = name.size();
  if (size >= 8) return load<std::uint64_t>(text) * kOdd ^ load<std::uint64_t>(text + size - 8) ^ size;
  if (size >= 4) return (load<std::uint32_t>(text) | load<std::uint32_t>(text + size - 4) << 32) * kOdd ^ size;
  if (size == 0) return 0;
  const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(text[i])}; };
  return (byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16) * kOdd ^ size;
}

}  // namespace

NameTable::NameTable(std::vector<std::string> names) : names_(std::move(names)) {
  if (names_.empty()) return;
  const std::size_t least = std::bit_ceil(names_.size() * 2);
  for (const std::size_t size : {least, least * 4, least * 16}) {
    for (seed_ = 1; seed_ < 200; ++seed_) {
      if (place(size)) return;
    }
  }
  whole_ = true;
  for (std::size_t size = least;; size *= 2) {
    for (seed_ = 1; seed_ < 50; ++seed_) {
      if (place(size)) return;
    }
  }
}

std::size_t NameTable::slot(std::string_view name) const {
  const std::uint64_t mixed = whole_ ? hash_text(name, seed_) : (ends(name) ^ seed_) * (kOdd + 2 * seed_);
  return static_cast<std::size_t>((mixed ^ mixed >> 29) * kOdd >> shift_);
}

bool NameTable::place(std::size_t size) {
  slots_.assign(size, kNone);
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(size));
  for (std::uint32_t i = 0; i < names_.size(); ++i) {
    std::uint32_t& here = slots_[slot(names_[i])];
    if (here != kNone) return false;
    here = i;
  }
  return true;
}

}  // namespace polygate::schema
