#include "gateway/base/yaml_text.h"

#include <algorithm>

#include "gateway/base/units.h"
#include "gateway/base/utf8.h"

namespace polygate::yaml {
namespace {

std::string hex(std::uint32_t value) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string text;
  for (int shift = value > 0xFF ? 12 : 4; shift >= 0; shift -= 4) text += kHex[value >> shift & 15];
  return text;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// YAML 1.2, section 5.1: c-printable, without the byte order mark.
bool is_yaml_character(std::uint32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || c == 0x85 || (c >= 0x20 && c < 0x7F) ||
         (c >= 0xA0 && c != 0xFEFF && c != 0xFFFE && c != 0xFFFF);
}

}  // namespace

Text::Text(std::string_view text, const std::string& file) : text_(text), file_(file), lines_{0} {
  for (std::size_t i = text.find('\n'); i != std::string_view::npos; i = text.find('\n', i + 1))
    lines_.push_back(i + 1);
}

bool Text::check(Diagnostics& diagnostics, const Limits& limits) const {
  if (text_.size() > limits.max_bytes) {
    diagnostics.add(
        {file_}, "a file of " + format_size(text_.size()) + ", at most " + format_size(limits.max_bytes) + " are read");
    return false;
  }
  if (text_.starts_with("\xEF\xBB\xBF") || text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF")) {
    diagnostics.add({file_, 1, 1, 1}, "a byte order mark", "save the file as UTF-8 without one");
    return false;
  }
  for (std::size_t i = 0; i < text_.size();) {
    const CodePoint point = code_point_at(text_, i);
    if (point.length == 0) {
      diagnostics.add(place(i, 1), "byte 0x" + hex(static_cast<unsigned char>(text_[i])) + " is not valid UTF-8");
      return false;
    }
    if (!is_yaml_character(point.value)) {
      diagnostics.add(place(i, 1),
                      "the control character U+" + std::string(point.value > 0xFF ? "" : "00") + hex(point.value));
      return false;
    }
    i += point.length;
  }
  std::size_t pieces = 0;
  std::size_t colons = 0;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '[' || text_[i] == '{' || text_[i] == ',') ++pieces;
    if (text_[i] == ':' && (is_blank(at(i + 1)) || at(i + 1) == '\n' || at(i + 1) == '\r')) ++colons;
    if (std::max(pieces, colons) > limits.max_nodes) {
      diagnostics.add(place(i, 1), "more than " + std::to_string(limits.max_nodes) +
                                       (pieces > colons ? " brackets and commas" : " colons"));
      return false;
    }
  }
  return true;
}

Place Text::place(std::size_t offset, int length) const {
  const auto next = std::upper_bound(lines_.begin(), lines_.end(), offset);
  return {file_, static_cast<int>(next - lines_.begin()), static_cast<int>(offset - *(next - 1)) + 1, length};
}

std::size_t Text::line_start(std::size_t offset) const {
  return *(std::upper_bound(lines_.begin(), lines_.end(), offset) - 1);
}

std::size_t Text::behind_anchor(std::size_t offset) const {
  if (at(offset) != '&') return offset;
  while (offset < text_.size() && !is_blank(text_[offset]) && text_[offset] != '\n' && text_[offset] != '\r') ++offset;
  for (;;) {
    offset = std::min(text_.find_first_not_of(" \t\r\n", offset), text_.size());
    if (at(offset) != '#') return offset;
    offset = std::min(text_.find('\n', offset), text_.size());
  }
}

int Text::length(std::size_t offset, std::string_view value) const {
  const std::string_view rest = from(offset);
  if (!value.empty() && rest.starts_with(value)) return static_cast<int>(value.size());
  const char quote = at(offset);
  if (quote != '"' && quote != '\'') return 0;
  for (std::size_t i = 1; i < rest.size() && rest[i] != '\n'; ++i) {
    if (rest[i] == '\\' && quote == '"') {
      ++i;
    } else if (rest[i] == quote && i + 1 < rest.size() && rest[i + 1] == quote && quote == '\'') {
      ++i;
    } else if (rest[i] == quote) {
      return static_cast<int>(i + 1);
    }
  }
  return 0;
}

std::size_t Text::line_before(std::size_t offset) const {
  std::size_t start = line_start(std::min(offset, text_.size()));
  while (start > 0) {
    start = line_start(start - 1);
    const std::size_t word = text_.find_first_not_of(" \t\r\n", start);
    if (word < offset && text_.find('\n', start) > word && text_[word] != '#') return word;
  }
  return 0;
}

bool Text::tab_indents(std::size_t offset) const {
  const std::string_view line = from(line_start(std::min(offset, text_.size())));
  return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

}  // namespace polygate::yaml
