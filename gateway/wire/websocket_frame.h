#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace polygate::wire {

/// RFC 6455 section 5.2.
enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

constexpr bool is_control(Opcode opcode) {
  return (static_cast<unsigned>(opcode) & 8u) != 0;
}

/// No control frame carries more (RFC 6455 section 5.5), so a close reason has two bytes less.
inline constexpr std::size_t kMaxControlPayload = 125;
inline constexpr std::size_t kMaxCloseReason = kMaxControlPayload - 2;

using MaskingKey = std::array<char, 4>;

/// The bytes before a payload: at most 14, 10 of them without a mask.
struct FrameHeader {
  std::array<char, 14> bytes{};
  std::uint8_t size = 0;
  std::string_view view() const { return {bytes.data(), size}; }
};

/// The header of a server's frame: 2, 4 or 10 bytes. With it a payload can be framed without being copied.
FrameHeader frame_header(Opcode opcode, std::uint64_t payload_size, bool fin = true);

/// Appends a server's frame: header and payload, unmasked.
void append_frame(std::string& out, Opcode opcode, std::string_view payload, bool fin = true);

/// A close frame's payload: the code, and the reason cut to 123 bytes without cutting a character.
/// Code 1005 means "no code": an empty payload.
std::string close_payload(std::uint16_t code, std::string_view reason);

/// A server's whole close frame.
std::string close_frame(std::uint16_t code, std::string_view reason);

/// May this code stand in a close frame (RFC 6455 section 7.4, and the IANA registry up to 1014)?
constexpr bool is_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

/// XORs with the key in place (RFC 6455 section 5.3) and turns the key, so that the next piece of the same payload can
/// follow. Returns whether all bytes are ASCII afterwards.
bool unmask(std::span<char> bytes, MaskingKey& key);

}  // namespace polygate::wire
