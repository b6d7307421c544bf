#include "gateway/schema/source.h"

#include <algorithm>
#include <vector>

#include "gateway/base/json_pointer.h"

namespace polygate::schema {
namespace {

std::optional<json::View> step(json::View value, std::string_view token) {
  if (value.is_object()) return json::find(value, token);
  const auto index = json::pointer_index(token);
  json::View item;
  if (!value.is_array() || !index || json::array(value).at(*index).get(item)) return std::nullopt;
  return item;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t after_string(std::string_view text, std::size_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

/// The beginning of the item `index` of the array that starts at `at`, in text that is valid JSON.
std::size_t item_start(std::string_view text, std::size_t at, std::size_t index) {
  int depth = 0;
  for (++at;; ++at) {
    if (is_space(text[at])) continue;
    if (depth == 0 && index == 0) return at;
    if (text[at] == '"') {
      at = after_string(text, at) - 1;
    } else if (text[at] == '[' || text[at] == '{') {
      ++depth;
    } else if (text[at] == ']' || text[at] == '}') {
      --depth;
    } else if (text[at] == ',' && depth == 0) {
      --index;
    }
  }
}

}  // namespace

const Resource& Source::resource_of(std::string_view pointer) const {
  for (;;) {
    if (const auto found = resources.find(pointer); found != resources.end()) return *found->second;
    pointer = pointer.substr(0, pointer.rfind('/'));
  }
}

std::optional<json::View> Source::at(std::string_view pointer) const {
  std::optional<json::View> value = document.root();
  for (const std::string& token : json::pointer_tokens(pointer)) {
    value = step(*value, token);
    if (!value) return std::nullopt;
  }
  return value;
}

Place Source::place(std::string_view pointer) const {
  const std::string_view trimmed = document.bytes();
  json::View value = document.root();
  std::string_view bytes = trimmed;  // of `value`
  std::size_t offset = 0;
  for (const std::string& token : json::pointer_tokens(pointer)) {
    const auto next = step(value, token);
    if (!next) break;
    if (value.is_object()) {
      json::members(value, bytes, [&](const json::Member& member) {
        if (member.key != token) return true;
        bytes = member.bytes;
        return false;
      });
      offset = static_cast<std::size_t>(bytes.data() - trimmed.data());
      // The key, which stands before the colon, says more than the value.
      offset = trimmed.rfind('"', trimmed.rfind(':', offset - 1));
      do offset = trimmed.rfind('"', offset - 1);
      while (trimmed[offset - 1] == '\\');
    } else {
      const std::size_t start = static_cast<std::size_t>(bytes.data() - trimmed.data());
      offset = item_start(trimmed, start, *json::pointer_index(token));
      bytes = trimmed.substr(offset);
    }
    value = *next;
  }
  offset += std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::string_view before = std::string_view(text).substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  Place place;
  place.file = name;
  place.line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
  place.column = static_cast<int>(newline == std::string_view::npos ? offset : offset - newline - 1) + 1;
  return place;
}

std::string normal_pointer(std::string_view pointer) {
  std::string out;
  for (const std::string& token : json::pointer_tokens(pointer)) out = child(out, token);
  return out;
}

std::string child(std::string_view pointer, std::string_view token) {
  std::string out(pointer);
  json::append_token(out, token);
  return out;
}

std::string child(std::string_view pointer, std::size_t index) {
  return child(pointer, std::to_string(index));
}

}  // namespace polygate::schema
