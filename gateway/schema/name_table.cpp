#include "gateway/schema/name_table.h"

#include <algorithm>
#include <bit>

#include "gateway/schema/equality.h"

namespace polygate::schema {
namespace {

constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15u;
constexpr std::uint64_t kTries = 100;

}  // namespace

NameTable::NameTable(std::vector<std::string> names) : names_(std::move(names)) {
  const std::size_t least = std::bit_ceil(std::max<std::size_t>(names_.size() * 2, 2));
  for (std::size_t size = least; size <= least * 16; size *= 4) {
    for (std::uint64_t seed = 1; seed < kTries; ++seed) {
      if (place(size, seed)) return;
    }
  }
  whole_ = true;
  for (std::size_t size = least;; size *= 2) {
    for (std::uint64_t seed = 1; seed < kTries; ++seed) {
      if (place(size, seed)) return;
    }
  }
}

std::size_t NameTable::whole_slot(std::string_view name) const {
  return static_cast<std::size_t>(hash_text(name, multiplier_) >> shift_);
}

bool NameTable::place(std::size_t size, std::uint64_t seed) {
  slots_.assign(size, Slot());
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(size));
  multiplier_ = kOdd + 2 * seed * (kOdd >> 7);
  for (std::uint32_t i = 0; i < names_.size(); ++i) {
    const Ends ends(names_[i]);
    Slot& slot = slots_[whole_ ? whole_slot(names_[i]) : (ends.mixed() * multiplier_) >> shift_];
    if (slot.number != kNone) return false;
    slot.ends = ends;
    slot.number = i;
  }
  return true;
}

}  // namespace polygate::schema
