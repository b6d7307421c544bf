#pragma once
#include <cstdint>
#include <string_view>

namespace polygate {

/// FNV-1a with 64 bits: the same on every node and in every version; no protection against who wants a collision.
constexpr std::uint64_t fnv1a(std::string_view text) {
  constexpr std::uint64_t kBasis = 14'695'981'039'346'656'037U;
  constexpr std::uint64_t kPrime = 1'099'511'628'211U;
  std::uint64_t hash = kBasis;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}

}  // namespace polygate
