#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/schema/program.h"
#include "gateway/schema/subject.h"

namespace polygate::schema {

// The rules that do not walk into the value. `failed(ok, keyword, details...)` notes a failure and says whether to end.

template <class Failed>
bool check_number(const NumberRules& rules, const Number& value, Failed failed) {
  bool ok = true;
  if (rules.minimum && compare(value, *rules.minimum) < 0 && failed(ok, "minimum", value, *rules.minimum)) return false;
  if (rules.maximum && compare(value, *rules.maximum) > 0 && failed(ok, "maximum", value, *rules.maximum)) return false;
  if (rules.exclusive_minimum && compare(value, *rules.exclusive_minimum) <= 0 &&
      failed(ok, "exclusiveMinimum", value, *rules.exclusive_minimum))
    return false;
  if (rules.exclusive_maximum && compare(value, *rules.exclusive_maximum) >= 0 &&
      failed(ok, "exclusiveMaximum", value, *rules.exclusive_maximum))
    return false;
  if (rules.multiple_of && !is_multiple(value, *rules.multiple_of)) failed(ok, "multipleOf", value, *rules.multiple_of);
  return ok;
}

template <class Failed>
bool check_string(const StringRules& rules, std::string_view text, Failed failed) {
  bool ok = true;
  // A code point takes one to four bytes: many texts need not be counted.
  if (text.size() / 4 < rules.min_length && code_points(text) < rules.min_length &&
      failed(ok, "minLength", code_points(text), rules.min_length))
    return false;
  if (text.size() > rules.max_length && code_points(text) > rules.max_length &&
      failed(ok, "maxLength", code_points(text), rules.max_length))
    return false;
  if (rules.pattern != nullptr && !rules.pattern->found_in(text) &&
      failed(ok, "pattern", text, std::string_view(rules.pattern->text())))
    return false;
  if (rules.format && !matches(*rules.format, text)) failed(ok, "format", text, name(*rules.format));
  return ok;
}

/// What an object's members say together; `size` is their number.
template <class Failed>
bool check_names_and_size(const ObjectRules& rules, simdjson::dom::object object, std::size_t size, Failed failed) {
  bool ok = true;
  for (const std::string& name : rules.required_too) {
    if (!has_member(object, name) && failed(ok, "required", std::string_view(name))) return false;
  }
  if (size < rules.min_properties && failed(ok, "minProperties", size, rules.min_properties)) return false;
  if (size > rules.max_properties && failed(ok, "maxProperties", size, rules.max_properties)) return false;
  for (const auto& dependent : rules.dependent_names) {
    if (!has_member(object, dependent.name)) continue;
    for (const std::string& name : dependent.required) {
      if (!has_member(object, name) &&
          failed(ok, dependent.keyword, std::string_view(name), std::string_view(dependent.name)))
        return false;
    }
  }
  return ok;
}

/// Is the value one of an enumeration's?
template <class Value>
bool listed(const ValueRules& rules, Value value) {
  if (type_of(value) == Type::STRING) return rules.strings.find(text_of(value)) != NameTable::kNone;
  return std::any_of(rules.enumeration.begin(), rules.enumeration.end(),
                     [&](json::View one) { return same(value, one); });
}

}  // namespace polygate::schema
