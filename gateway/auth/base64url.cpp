#include "gateway/auth/base64url.h"

#include <cstdint>
#include <span>

#include "gateway/base/ids.h"

namespace polygate::auth {

namespace {

/// The letter's six bits, or -1.
int six_bits(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  return c == '_' ? 63 : -1;
}

}  // namespace

std::optional<std::string> decode_base64url(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned pending = 0;
  for (const char c : text) {
    const int value = six_bits(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xfff;
    pending += 6;
    if (pending < 8) continue;
    pending -= 8;
    bytes.push_back(static_cast<char>(bits >> pending & 0xff));
  }
  if (pending == 6) return std::nullopt;                         // a lone last letter holds no whole byte
  if ((bits & ((1u << pending) - 1)) != 0) return std::nullopt;  // another spelling of the same bytes
  return bytes;
}

std::string encode_base64url(std::string_view bytes) {
  return base64url(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

}  // namespace polygate::auth
