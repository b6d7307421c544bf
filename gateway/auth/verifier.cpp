#include "gateway/auth/verifier.h"

#include <algorithm>

#include "gateway/base/ascii.h"

namespace polygate::auth {

namespace {

constexpr std::size_t kMaxUserBytes = 256;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

}  // namespace

Failure invalid_token() {
  return {Reason::unauthenticated, "Invalid token", "bad_token"};
}

Failure expired_token() {
  return {Reason::unauthenticated, "Invalid token", "expired"};
}

std::string_view strip_scheme(std::string_view header) {
  for (const std::string_view scheme : {"bearer", "basic"}) {
    if (header.size() <= scheme.size() || !is_blank(header[scheme.size()])) continue;
    if (!std::equal(scheme.begin(), scheme.end(), header.begin(), [](char a, char b) { return a == lower(b); }))
      continue;
    header.remove_prefix(scheme.size());
    while (!header.empty() && is_blank(header.front())) header.remove_prefix(1);
    while (!header.empty() && is_blank(header.back())) header.remove_suffix(1);
    return header;
  }
  return header;
}

bool is_user_name(std::string_view user) {
  if (user.empty() || user.size() > kMaxUserBytes) return false;
  return std::none_of(user.begin(), user.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace polygate::auth
