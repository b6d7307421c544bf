#pragma once
#include <algorithm>
#include <cstddef>
#include <string_view>

#include "gateway/base/json.h"
#include "gateway/schema/equality.h"

namespace polygate::schema {

using Type = simdjson::dom::element_type;

/// Where a value stands in the one that is checked: a step from its parent.
struct Trail {
  const Trail* parent = nullptr;
  std::string_view key;
  std::size_t index = 0;
  bool is_item = false;
};

/// What a failure tells when the recursion was cut off.
struct TooDeep {};

/// Counts one level of recursion for as long as it lives.
class Deeper {
 public:
  explicit Deeper(unsigned& depth) : depth_(depth) { ++depth_; }
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  unsigned& depth_;
};

// A subject is a value, or the name of a property (for propertyNames), which is no value of its own in the document.

inline Type type_of(json::View value) {
  return value.type();
}
inline Type type_of(std::string_view) {
  return Type::STRING;
}

/// `value` is a string.
inline std::string_view text_of(json::View value) {
  std::string_view text;
  [[maybe_unused]] const auto error = value.get_string().get(text);
  return text;
}
inline std::string_view text_of(std::string_view name) {
  return name;
}

inline bool same(json::View a, json::View b) {
  return equal(a, b);
}
inline bool same(std::string_view a, json::View b) {
  return b.is_string() && json::string(b) == a;
}

/// How many members or items it has.
inline std::size_t count_of(json::View value) {
  if (value.is_object()) return json::object(value).size();
  return value.is_array() ? json::array(value).size() : 0;
}
inline std::size_t count_of(std::string_view) {
  return 0;
}

inline bool has_member(simdjson::dom::object object, std::string_view name) {
  json::View ignored;
  return object.at_key(name).get(ignored) == simdjson::SUCCESS;
}

inline std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace polygate::schema
