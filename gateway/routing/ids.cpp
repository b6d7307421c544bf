#include "gateway/routing/ids.h"

#include <array>
#include <span>

#include "gateway/base/base64.h"

namespace polygate {

namespace {

constexpr std::size_t kIdBytes = 14;
constexpr std::size_t kIdCharacters = 19;

template <class Number>
void put(std::array<std::uint8_t, kIdBytes>& bytes, std::size_t at, Number number) {
  for (std::size_t i = sizeof(Number); i-- > 0; number = static_cast<Number>(number >> 8)) {
    bytes[at + i] = static_cast<std::uint8_t>(number & 0xff);
  }
}

template <class Number>
Number get(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) number = (number << 8) | static_cast<unsigned char>(bytes[at + i]);
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
  const auto decoded = decode_base64url(text);
  if (!decoded) return std::nullopt;
  const std::string_view bytes(*decoded);
  return SessionId{get<WorkerIndex>(bytes, 0), get<std::uint32_t>(bytes, 2), get<std::uint64_t>(bytes, 6)};
}

}  // namespace polygate
