#include "gateway/base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <type_traits>

#include "gateway/base/json_text.h"
#include "gateway/base/utf8.h"

namespace polygate::json {
namespace {

using simdjson::dom::element_type;

constexpr std::size_t kFewKeys = 12;  // up to here comparing every pair of keys is cheaper than sorting them

/// Looks at what simdjson lets pass: duplicate keys and the number of values. Depth is already bounded by the parser.
class Inspector {
 public:
  Inspector(const Limits& limits, std::vector<std::string_view>& keys)
      : limits_(limits), left_(limits.max_nodes), keys_(keys) {}

  bool inspect(View value) {
    if (left_ == 0) return false;
    --left_;
    switch (value.type()) {
      case element_type::ARRAY:
        for (const View item : array(value)) {
          if (!inspect(item)) return false;
        }
        return true;
      case element_type::OBJECT:
        return inspect_object(object(value));
      default:
        return true;
    }
  }

  Failure failure() const {
    if (twin_.data() == nullptr) {
      return {Reason::limited, "more than " + std::to_string(limits_.max_nodes) + " values in one JSON text"};
    }
    std::string message = "duplicate key ";
    append_string(message, utf8_prefix(twin_, 64));
    return {Reason::malformed, std::move(message)};
  }

 private:
  bool inspect_object(simdjson::dom::object object) {
    if (object.size() <= kFewKeys) return inspect_few(object);
    if (!many_keys_differ(object)) return false;
    for (const auto field : object) {
      if (!inspect(field.value)) return false;
    }
    return true;
  }

  bool inspect_few(simdjson::dom::object object) {
    std::array<std::string_view, kFewKeys> seen;
    std::size_t count = 0;
    for (const auto field : object) {
      const std::string_view key = field.key;
      for (std::size_t i = 0; i < count; ++i) {
        if (seen[i] == key) {
          twin_ = key;
          return false;
        }
      }
      seen[count++] = key;
      if (!inspect(field.value)) return false;
    }
    return true;
  }

  bool many_keys_differ(simdjson::dom::object object) {
    if (object.size() > left_) return false;  // each key has a value: no need to sort them first
    keys_.clear();
    for (const auto field : object) keys_.push_back(field.key);
    std::sort(keys_.begin(), keys_.end());
    const auto twin = std::adjacent_find(keys_.begin(), keys_.end());
    if (twin != keys_.end()) twin_ = *twin;
    return twin == keys_.end();
  }

  const Limits& limits_;
  std::size_t left_;
  std::vector<std::string_view>& keys_;
  std::string_view twin_;
};

Failure explain(simdjson::error_code error, const Limits& limits) {
  switch (error) {
    case simdjson::DEPTH_ERROR:
      return {Reason::limited, "JSON nested deeper than " + std::to_string(limits.max_depth) + " levels"};
    case simdjson::UTF8_ERROR:
      return {Reason::malformed, "not valid UTF-8"};
    case simdjson::NUMBER_ERROR:
      return {Reason::malformed, "a number that is not JSON or out of range"};
    case simdjson::STRING_ERROR:
      return {Reason::malformed, "a string with a bad escape or a lone surrogate"};
    case simdjson::UNESCAPED_CHARS:
      return {Reason::malformed, "a control character inside a string"};
    case simdjson::UNCLOSED_STRING:
      return {Reason::malformed, "a string without its closing quote"};
    case simdjson::EMPTY:
      return {Reason::malformed, "an empty text where JSON was expected"};
    case simdjson::CAPACITY:
      return {Reason::limited, "JSON text too long"};
    case simdjson::MEMALLOC:
      return {Reason::busy, "out of memory"};
    default:
      return {Reason::malformed, "not valid JSON"};
  }
}

void append_escape(std::string& out, unsigned char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  static constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
  const std::size_t named = kNamed.find(static_cast<char>(c));
  out += '\\';
  if (named != std::string_view::npos) {
    out += "\"\\bfnrt"[named];
  } else {
    out += "u00";
    out += kHex[c >> 4];
    out += kHex[c & 15];
  }
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits;
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out += text;
  // Readers tell 1.0 from 1 by the point.
  if (std::is_floating_point_v<Number> && text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

}  // namespace

Document::Document() = default;
Document::~Document() = default;

simdjson::dom::array array(View value) {
  simdjson::dom::array items;
  if (value.get_array().get(items)) std::abort();
  return items;
}

simdjson::dom::object object(View value) {
  simdjson::dom::object fields;
  if (value.get_object().get(fields)) std::abort();
  return fields;
}

std::string_view type_name(View value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "a string";
  if (value.is_bool()) return "a boolean";
  return value.is_null() ? "null" : "a number";
}

std::string_view string(View value) {
  std::string_view text;
  if (value.get_string().get(text)) std::abort();
  return text;
}

std::string_view Document::bytes() const {
  return trimmed({bytes_.data(), size_});
}

Result<void> Document::parse(std::string_view bytes, const Limits& limits) {
  root_ = View();
  size_ = 0;
  if (bytes.size() > limits.max_bytes) {
    return Failure{Reason::limited, "JSON text of " + std::to_string(bytes.size()) + " bytes, at most " +
                                        std::to_string(limits.max_bytes) + " are accepted"};
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) return Failure{Reason::malformed, "a byte order mark before the JSON"};
  if (bytes_.size() < bytes.size() + simdjson::SIMDJSON_PADDING)
    bytes_.resize(bytes.size() + simdjson::SIMDJSON_PADDING);
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(bytes.size()), simdjson::SIMDJSON_PADDING, ' ');
  if (parser_.capacity() < bytes.size() || parser_.max_depth() != limits.max_depth) {
    if (parser_.allocate(std::max<std::size_t>(bytes.size(), 1024), limits.max_depth)) {
      return Failure{Reason::busy, "out of memory"};
    }
  }
  View root;
  if (const auto error = parser_.parse(bytes_.data(), bytes.size(), false).get(root)) return explain(error, limits);
  Inspector inspector(limits, keys_);
  if (!inspector.inspect(root)) return inspector.failure();
  root_ = root;
  size_ = bytes.size();
  return {};
}

std::optional<View> find(View object, std::string_view key) {
  if (!object.is_object()) return std::nullopt;
  for (const auto field : json::object(object)) {
    if (field.key == key) return field.value;
  }
  return std::nullopt;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // what needs no escape is appended in one go
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\' && c < 0x7F) continue;
    const bool separator = c == 0xE2 && (text.substr(i, 3) == "\xE2\x80\xA8" || text.substr(i, 3) == "\xE2\x80\xA9");
    if (c >= 0x80 && !separator) continue;
    out += text.substr(plain, i - plain);
    if (separator) {
      out += text[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      append_escape(out, c);
    }
    plain = i + 1;
  }
  out += text.substr(plain);
  out += '"';
}

void append(std::string& out, View value) {
  switch (value.type()) {
    case element_type::STRING:
      append_string(out, string(value));
      return;
    case element_type::OBJECT: {
      char separator = '{';
      for (const auto field : object(value)) {
        out += separator;
        append_string(out, field.key);
        out += ':';
        append(out, field.value);
        separator = ',';
      }
      out += separator == '{' ? "{}" : "}";
      return;
    }
    case element_type::ARRAY: {
      char separator = '[';
      for (const View item : array(value)) {
        out += separator;
        append(out, item);
        separator = ',';
      }
      out += separator == '[' ? "[]" : "]";
      return;
    }
    case element_type::INT64:
      append_number(out, value.get_int64().value_unsafe());
      return;
    case element_type::UINT64:
      append_number(out, value.get_uint64().value_unsafe());
      return;
    case element_type::DOUBLE:
      append_number(out, value.get_double().value_unsafe());
      return;
    case element_type::BOOL:
      out += value.get_bool().value_unsafe() ? "true" : "false";
      return;
    case element_type::NULL_VALUE:
      out += "null";
      return;
  }
}

Json to_json(View value) {
  switch (value.type()) {
    case element_type::OBJECT: {
      Json tree = Json::object();
      for (const auto field : object(value)) tree[std::string(field.key)] = to_json(field.value);
      return tree;
    }
    case element_type::ARRAY: {
      Json tree = Json::array();
      for (const View item : array(value)) tree.push_back(to_json(item));
      return tree;
    }
    case element_type::STRING:
      return Json(std::string(string(value)));
    case element_type::INT64:
      return Json(value.get_int64().value_unsafe());
    case element_type::UINT64:
      return Json(value.get_uint64().value_unsafe());
    case element_type::DOUBLE:
      return Json(value.get_double().value_unsafe());
    case element_type::BOOL:
      return Json(value.get_bool().value_unsafe());
    case element_type::NULL_VALUE:
      return Json(nullptr);
  }
  return Json(nullptr);
}

}  // namespace polygate::json
