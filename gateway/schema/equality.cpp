#include "gateway/schema/equality.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "gateway/schema/number.h"

namespace polygate::schema {
namespace {

using simdjson::dom::element_type;

constexpr std::size_t kFewItems = 16;

bool is_number(element_type type) {
  return type == element_type::INT64 || type == element_type::UINT64 || type == element_type::DOUBLE;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Uint128 = unsigned __int128;
  const Uint128 product = static_cast<Uint128>(a ^ 0x9E3779B97F4A7C15u) * (b ^ 0xD1B54A32D192ED03u);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::vector<simdjson::dom::key_value_pair> by_key(simdjson::dom::object object) {
  std::vector<simdjson::dom::key_value_pair> fields(object.begin(), object.end());
  std::sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return fields;
}

/// Members are looked up one by one in small objects and compared in key order in large ones, n log n.
bool equal_objects(simdjson::dom::object left, simdjson::dom::object right) {
  if (left.size() != right.size()) return false;
  if (left.size() > kFewItems) {
    const auto a = by_key(left), b = by_key(right);
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return x.key == y.key && equal(x.value, y.value); });
  }
  for (const auto field : left) {
    json::View twin;
    if (right.at_key(field.key).get(twin) || !equal(field.value, twin)) return false;
  }
  return true;
}

}  // namespace

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  std::uint64_t out = mix(seed, text.size());
  while (text.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data(), 8);
    out = mix(out ^ word, seed);
    text.remove_prefix(8);
  }
  std::uint64_t word = 0;
  std::memcpy(&word, text.data(), text.size());
  return mix(out ^ word, seed);
}

bool equal(json::View a, json::View b) {
  const element_type type = a.type();
  if (is_number(type) && is_number(b.type())) return compare(Number::of(a), Number::of(b)) == 0;
  if (type != b.type()) return false;
  switch (type) {
    case element_type::NULL_VALUE:
      return true;
    case element_type::BOOL:
      return a.get_bool().value_unsafe() == b.get_bool().value_unsafe();
    case element_type::STRING:
      return json::string(a) == json::string(b);
    case element_type::ARRAY: {
      const auto left = json::array(a), right = json::array(b);
      auto other = right.begin();
      for (const json::View item : left) {
        if (other == right.end() || !equal(item, *other)) return false;
        ++other;
      }
      return other == right.end();
    }
    default:
      return equal_objects(json::object(a), json::object(b));
  }
}

std::uint64_t hash(json::View value, std::uint64_t seed) {
  const element_type type = value.type();
  const auto kind = static_cast<std::uint64_t>(type);
  if (is_number(type)) {
    const Number number = Number::of(value);
    const auto bits =
        number.whole ? static_cast<std::uint64_t>(number.integer) : std::bit_cast<std::uint64_t>(number.real);
    return mix(seed ^ bits, seed + 1);
  }
  switch (type) {
    case element_type::STRING:
      return hash_text(json::string(value), seed);
    case element_type::ARRAY: {
      std::uint64_t out = mix(seed, kind);
      for (const json::View item : json::array(value)) out = mix(out ^ hash(item, seed), seed);
      return out;
    }
    case element_type::OBJECT: {
      std::uint64_t sum = 0;  // a sum, because the members have no order
      for (const auto field : json::object(value)) sum += mix(hash_text(field.key, seed), hash(field.value, seed));
      return mix(sum ^ kind, seed);
    }
    case element_type::BOOL:
      return mix(seed + (value.get_bool().value_unsafe() ? 3 : 5), kind);
    default:
      return mix(seed, kind);
  }
}

bool all_different(simdjson::dom::array items, std::uint64_t seed) {
  if (items.size() <= kFewItems) {
    for (auto a = items.begin(); a != items.end(); ++a) {
      for (auto b = items.begin(); b != a; ++b) {
        if (equal(*a, *b)) return false;
      }
    }
    return true;
  }
  std::vector<std::pair<std::uint64_t, json::View>> hashed;
  hashed.reserve(items.size());
  for (const json::View item : items) hashed.emplace_back(hash(item, seed), item);
  std::sort(hashed.begin(), hashed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 1; i < hashed.size(); ++i) {
    for (std::size_t j = i; j > 0 && hashed[j - 1].first == hashed[i].first; --j) {
      if (equal(hashed[j - 1].second, hashed[i].second)) return false;
    }
  }
  return true;
}

}  // namespace polygate::schema
