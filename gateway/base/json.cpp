#include "gateway/base/json.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace polygate::json {
namespace {

using simdjson::dom::element_type;

constexpr std::size_t kFewKeys = 12;  // up to here comparing every pair of keys is cheaper than sorting them

/// Looks at what simdjson lets pass: duplicate keys and the number of values. Depth is already bounded by the parser.
class Inspector {
 public:
  explicit Inspector(std::size_t max_nodes) : left_(max_nodes) {}

  Result<void> inspect(View value) {
    if (left_ == 0) return Failure{Reason::limited, "too many values in one JSON text"};
    --left_;
    switch (value.type()) {
      case element_type::ARRAY:
        for (const View item : array(value)) {
          if (auto fine = inspect(item); !fine) return fine;
        }
        return {};
      case element_type::OBJECT:
        return inspect_object(object(value));
      default:
        return {};
    }
  }

 private:
  Result<void> inspect_object(simdjson::dom::object object) {
    const std::size_t first = keys_.size();
    for (const auto field : object) {
      if (keys_.size() - first < kFewKeys) {
        for (std::size_t i = first; i < keys_.size(); ++i) {
          if (keys_[i] == field.key) return duplicate(field.key);
        }
      }
      keys_.push_back(field.key);
    }
    if (keys_.size() - first > kFewKeys) {
      std::vector<std::string_view> sorted(keys_.begin() + static_cast<std::ptrdiff_t>(first), keys_.end());
      std::sort(sorted.begin(), sorted.end());
      const auto twin = std::adjacent_find(sorted.begin(), sorted.end());
      if (twin != sorted.end()) return duplicate(*twin);
    }
    keys_.resize(first);
    for (const auto field : object) {
      if (auto fine = inspect(field.value); !fine) return fine;
    }
    return {};
  }

  static Result<void> duplicate(std::string_view key) {
    std::string message = "duplicate key ";
    append_string(message, key.substr(0, 64));
    return Failure{Reason::malformed, message};
  }

  std::size_t left_;
  std::vector<std::string_view> keys_;
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
    default:
      return {Reason::malformed, "not valid JSON"};
  }
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// The end of the value that starts at `at`, in text known to be valid JSON.
std::size_t skip_value(std::string_view text, std::size_t at) {
  const auto skip_string = [&](std::size_t i) {
    for (++i; text[i] != '"'; ++i) {
      if (text[i] == '\\') ++i;
    }
    return i + 1;
  };
  if (text[at] == '"') return skip_string(at);
  if (text[at] != '{' && text[at] != '[') {
    while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' && !is_space(text[at])) ++at;
    return at;
  }
  int depth = 0;
  for (;;) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
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

std::string_view string(View value) {
  std::string_view text;
  if (value.get_string().get(text)) std::abort();
  return text;
}

std::string_view Document::bytes() const {
  std::string_view text(bytes_.data(), size_);
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
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
  if (auto fine = Inspector(limits.max_nodes).inspect(root); !fine) return fine;
  root_ = root;
  size_ = bytes.size();
  return {};
}

void members(View object, std::string_view bytes, const std::function<bool(const Member&)>& visit) {
  if (!object.is_object()) return;
  std::size_t at = bytes.find('{') + 1;
  const auto skip_space = [&] {
    while (is_space(bytes[at])) ++at;
  };
  for (const auto field : json::object(object)) {
    skip_space();
    if (bytes[at] == ',') ++at;
    skip_space();
    at = skip_value(bytes, at);  // the key
    skip_space();
    ++at;  // the colon
    skip_space();
    const std::size_t start = at;
    at = skip_value(bytes, at);
    if (!visit({field.key, field.value, bytes.substr(start, at - start)})) return;
  }
}

std::optional<View> find(View object, std::string_view key) {
  if (!object.is_object()) return std::nullopt;
  for (const auto field : json::object(object)) {
    if (field.key == key) return field.value;
  }
  return std::nullopt;
}

void append_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    switch (c) {
      case '"':
        out += "\\\"";
        continue;
      case '\\':
        out += "\\\\";
        continue;
      case '\b':
        out += "\\b";
        continue;
      case '\f':
        out += "\\f";
        continue;
      case '\n':
        out += "\\n";
        continue;
      case '\r':
        out += "\\r";
        continue;
      case '\t':
        out += "\\t";
        continue;
      default:
        break;
    }
    if (c < 0x20 || c == 0x7F) {
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else if (c == 0xE2 && (text.substr(i, 3) == "\xE2\x80\xA8" || text.substr(i, 3) == "\xE2\x80\xA9")) {
      out += text[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += static_cast<char>(c);
    }
  }
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
    default:
      out += simdjson::minify(value);
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
