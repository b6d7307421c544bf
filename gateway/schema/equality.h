#pragma once
#include <cstdint>

#include "gateway/base/json.h"

namespace polygate::schema {

/// Deep equality of JSON values: numbers by value (1 is 1.0), objects in any order.
bool equal(json::View a, json::View b);

/// The same for equal() values; `seed` keeps peers from choosing colliding ones.
std::uint64_t hash(json::View value, std::uint64_t seed);

/// No two items are equal(). Up to 16 items by pairs; beyond by hash, n log n, allocating 16 bytes per item.
bool all_different(simdjson::dom::array items, std::uint64_t seed);

/// A 64-bit hash of a text, of good quality but not cryptographic.
std::uint64_t hash_text(std::string_view text, std::uint64_t seed);

}  // namespace polygate::schema
