#include "gateway/wire/http_target.h"

#include <algorithm>
#include <cstddef>

#include "gateway/base/utf8.h"
#include "gateway/wire/text.h"

namespace polygate::wire {
namespace {

/// The byte that the escape at the start of `rest` stands for, or -1.
int escaped(std::string_view rest) {
  if (rest.size() < 3) return -1;
  const int high = hex_value(rest[1]);
  const int low = hex_value(rest[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return false;
}

}  // namespace

const char* decode_path(std::string_view raw, std::string& out) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      const int byte = escaped(raw.substr(i));
      if (byte < 0) return "path: % is not followed by two hexadecimal digits";
      if (byte == '/') return "path: an encoded slash is not allowed";
      c = static_cast<char>(byte);
      i += 2;
    }
    out.push_back(c);
  }
  return nullptr;
}

const char* check_path(std::string_view path) {
  const bool control =
      std::any_of(path.begin(), path.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (control) return "path: control bytes are not allowed";
  if (path.find('\\') != std::string_view::npos) return "path: a backslash is not allowed";
  if (has_dot_segment(path)) return "path: the segments . and .. are not allowed";
  return is_utf8(path) ? nullptr : "path: it is not UTF-8 once decoded";
}

const char* decode_parameter(std::string_view raw, std::string& out) {
  const std::size_t start = out.size();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i] == '+' ? ' ' : raw[i];
    if (c == '%') {
      const int byte = escaped(raw.substr(i));
      if (byte < 0) return "query: % is not followed by two hexadecimal digits";
      if (byte == 0) return "query: %00 is not allowed";
      c = static_cast<char>(byte);
      i += 2;
    }
    out.push_back(c);
  }
  return is_utf8(std::string_view(out).substr(start)) ? nullptr : "query: it is not UTF-8 once decoded";
}

}  // namespace polygate::wire
