#include "gateway/wire/http_request.h"

#include <algorithm>

#include "gateway/wire/text.h"

namespace polygate::wire {

std::optional<std::string_view> HttpRequest::find(std::string_view name) const {
  for (const Field& field : headers_) {
    if (view(field.name) == name) return view(field.value);
  }
  return std::nullopt;
}

std::size_t HttpRequest::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(headers_.begin(), headers_.end(), [&](const Field& field) { return view(field.name) == name; }));
}

bool HttpRequest::lists(std::string_view name, std::string_view token) const {
  bool found = false;
  for (const Field& field : headers_) {
    if (view(field.name) != name) continue;
    each_member(view(field.value), [&](std::string_view member) { found = found || is_word(member, token); });
  }
  return found;
}

std::optional<std::string_view> HttpRequest::find_parameter(std::string_view name) const {
  for (const Field& field : parameters_) {
    if (view(field.name) == name) return view(field.value);
  }
  return std::nullopt;
}

}  // namespace polygate::wire
