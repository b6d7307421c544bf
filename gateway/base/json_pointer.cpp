#include "gateway/base/json_pointer.h"

#include <charconv>

namespace polygate::json {
namespace {

std::string unescape_token(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1')) {
      out += token[++i] == '0' ? '~' : '/';
    } else {
      out += token[i];
    }
  }
  return out;
}

void append(std::string& pointer, std::string_view token, bool in_fragment) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else if (c == '%' && in_fragment) {
      pointer += "%25";
    } else {
      pointer += c;
    }
  }
}

}  // namespace

void append_token(std::string& pointer, std::string_view token) {
  append(pointer, token, false);
}

void append_fragment_token(std::string& pointer, std::string_view token) {
  append(pointer, token, true);
}

std::vector<std::string> pointer_tokens(std::string_view pointer) {
  std::vector<std::string> out;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = pointer.find('/');
    out.push_back(unescape_token(pointer.substr(0, end)));
    pointer.remove_prefix(end == std::string_view::npos ? pointer.size() : end);
  }
  return out;
}

std::optional<std::size_t> pointer_index(std::string_view token) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc() || end != token.data() + token.size() || (token.size() > 1 && token[0] == '0'))
    return std::nullopt;
  return index;
}

}  // namespace polygate::json
