#include "gateway/base/json_text.h"

#include <algorithm>
#include <cstring>

namespace polygate::json {
namespace {

/// Behind the string whose opening quote is at `at`.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    const auto* quote = static_cast<const char*>(std::memchr(text.data() + i, '"', text.size() - i));
    if (quote == nullptr) return text.size();
    i = static_cast<std::size_t>(quote - text.data());
    std::size_t escapes = 0;
    while (escapes < i - at - 1 && text[i - 1 - escapes] == '\\') ++escapes;
    if (escapes % 2 == 0) return i + 1;
  }
  return text.size();
}

}  // namespace

std::size_t value_end(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  if (text[at] == '"') return skip_string(text, at);
  if (text[at] != '{' && text[at] != '[') {
    while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' && !is_space(text[at])) ++at;
    return at;
  }
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return at;
    }
  }
  return at;
}

MemberText::MemberText(std::string_view object) : text_(trimmed(object)) {
  if (text_.size() < 2 || text_.front() != '{' || text_.back() != '}') text_ = {};
}

void MemberText::skip_space() {
  while (end_ < text_.size() && is_space(text_[end_])) ++end_;
}

bool MemberText::next() {
  if (text_.empty()) return false;
  if (value_ == 0) {
    end_ = 1;
  } else if (end_ == 0) {
    end_ = value_end(text_, value_);
  }
  skip_space();
  if (end_ < text_.size() && text_[end_] == ',') ++end_;
  skip_space();
  if (end_ >= text_.size() || text_[end_] != '"') {
    text_ = {};
    return false;
  }
  const std::size_t start = end_;
  end_ = skip_string(text_, start);
  key_ = text_.substr(start, end_ - start);
  skip_space();
  ++end_;  // the colon
  skip_space();
  value_ = std::min(end_, text_.size());
  end_ = 0;
  return true;
}

std::string_view MemberText::value() {
  if (end_ == 0) end_ = value_end(text_, value_);
  return text_.substr(value_, end_ - value_);
}

std::string_view MemberText::last_value() const {
  if (value_ + 1 > text_.size()) return {};
  return trimmed(text_.substr(value_, text_.size() - value_ - 1));
}

}  // namespace polygate::json
