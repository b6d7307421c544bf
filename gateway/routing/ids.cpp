#include "gateway/routing/ids.h"

#include <array>
#include <span>

#include "gateway/base/ids.h"

namespace polygate {

namespace {

constexpr std::size_t kIdBytes = 14;
constexpr std::size_t kIdCharacters = 19;

/// The value of a base64url digit, or -1.
constexpr int digit_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  return c == '_' ? 63 : -1;
}

template <class Number>
void put(std::array<std::uint8_t, kIdBytes>& bytes, std::size_t at, Number number) {
  for (std::size_t i = sizeof(Number); i-- > 0; number = static_cast<Number>(number >> 8)) {
    bytes[at + i] = static_cast<std::uint8_t>(number & 0xff);
  }
}

template <class Number>
Number get(const std::array<std::uint8_t, kIdBytes>& bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) number = (number << 8) | bytes[at + i];
  return static_cast<Number>(number);
}

}  // namespace

std::string SessionId::text() const {
  std::array<std::uint8_t, kIdBytes> bytes{};
  put(bytes, 0, worker);
  put(bytes, 2, slot);
  put(bytes, 6, nonce);
  return base64url(bytes);
}

std::optional<SessionId> SessionId::parse(std::string_view text) {
  if (text.size() != kIdCharacters) return std::nullopt;
  std::array<std::uint8_t, kIdBytes> bytes{};
  std::uint32_t waiting = 0;
  unsigned bits = 0;
  std::size_t at = 0;
  for (const char c : text) {
    const int value = digit_value(c);
    if (value < 0) return std::nullopt;
    waiting = (waiting << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = static_cast<std::uint8_t>(waiting >> bits);
    waiting &= (1u << bits) - 1;
  }
  // Two left-over bits: only zero is canonical, so that one id has one text.
  if (waiting != 0) return std::nullopt;
  return SessionId{get<WorkerIndex>(bytes, 0), get<std::uint32_t>(bytes, 2), get<std::uint64_t>(bytes, 6)};
}

}  // namespace polygate
