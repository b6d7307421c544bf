#include "gateway/base/passwords.h"

#include <algorithm>
#include <string_view>

namespace polygate {
namespace {

constexpr std::string_view kEndsUri = " \t\r\n\"'`<>";

/// Hides [from, to).
void hide(std::string& text, std::size_t from, std::size_t to) {
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(from), text.begin() + static_cast<std::ptrdiff_t>(to), '*');
}

void hide_user_information(std::string& text, std::size_t from, std::size_t uri_end) {
  const std::size_t authority_end = std::min(text.find_first_of("/?#", from), uri_end);
  const std::size_t host = std::string_view(text).substr(0, authority_end).rfind('@');
  const std::size_t colon = text.find(':', from);
  if (host != std::string::npos && host >= from && colon < host) hide(text, colon + 1, host);
}

void hide_parameter(std::string& text, std::size_t from, std::size_t uri_end) {
  constexpr std::string_view kName = "password=";
  for (std::size_t at = text.find(kName, from); at < uri_end; at = text.find(kName, at + 1)) {
    const char before = text[at - 1];
    if (before != '?' && before != '&') continue;
    hide(text, at + kName.size(), std::min(text.find('&', at), uri_end));
  }
}

}  // namespace

std::string without_passwords(std::string text) {
  constexpr std::string_view kBegins = "://";
  for (std::size_t at = text.find(kBegins); at != std::string::npos; at = text.find(kBegins, at + 1)) {
    const std::size_t from = at + kBegins.size();
    const std::size_t end = std::min(text.find_first_of(kEndsUri, from), text.size());
    hide_user_information(text, from, end);
    hide_parameter(text, from, end);
  }
  return text;
}

}  // namespace polygate
