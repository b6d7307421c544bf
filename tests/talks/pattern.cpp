#include "tests/talks/pattern.h"

namespace polygate::talks {
namespace {

constexpr char kMore[] = "...";

/// `...` as the member that JSON can hold.
Result<std::string> with_more(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') out += text[i++];
    if (c == '"') quoted = !quoted;
    if (c == '"' && text.substr(i).starts_with("\"...\":")) {
      return Failure{Reason::invalid, "\"and more\" is written {\"a\": 1, ...}, without quotes"};
    }
    if (!quoted && text.substr(i).starts_with(kMore)) {
      out += "\"...\": 0";
      i += 2;
      continue;
    }
    out += text[i];
  }
  return out;
}

bool matches_text(const std::string& pattern, const Json& found, Names& names) {
  if (pattern == "*") return true;
  if (pattern.starts_with("let ")) {
    names[pattern.substr(4)] = found.is_string() ? found.get<std::string>() : found.dump();
    return true;
  }
  if (!found.is_string()) return false;
  const auto& text = found.get_ref<const std::string&>();
  if (pattern.size() > 1 && pattern.back() == '*') return text.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == text;
}

}  // namespace

Result<Json> read_pattern(std::string_view text) {
  auto whole = with_more(text);
  if (!whole) return whole.failure();
  Json pattern = Json::parse(*whole, nullptr, false);
  if (pattern.is_discarded()) return Failure{Reason::invalid, "not JSON: " + std::string(text)};
  return pattern;
}

bool matches(const Json& pattern, const Json& found, Names& names) {
  if (pattern.is_string()) return matches_text(pattern.get_ref<const std::string&>(), found, names);
  if (pattern.is_array()) {
    if (!found.is_array() || found.size() != pattern.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (!matches(pattern[i], found[i], names)) return false;
    }
    return true;
  }
  if (!pattern.is_object()) return pattern == found;
  if (!found.is_object()) return false;
  for (const auto& [key, value] : pattern.items()) {
    if (key == kMore) continue;
    if (!found.contains(key) || !matches(value, found[key], names)) return false;
  }
  return pattern.contains(kMore) || found.size() == pattern.size();
}

}  // namespace polygate::talks
