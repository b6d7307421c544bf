#include "gateway/wire/websocket_frame.h"

#include <cstring>

#include "gateway/base/utf8.h"
#include "gateway/wire/text.h"

namespace polygate::wire {
namespace {}  // namespace

FrameHeader frame_header(Opcode opcode, std::uint64_t payload_size, bool fin) {
  FrameHeader header;
  auto put = [&header](std::uint64_t value) { header.bytes[header.size++] = static_cast<char>(value & 0xff); };
  put((fin ? 0x80u : 0u) | static_cast<unsigned>(opcode));
  if (payload_size < 126) {
    put(payload_size);
    return header;
  }
  const bool wide = payload_size > 0xffff;
  put(wide ? 127 : 126);
  for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8) put(payload_size >> shift);
  return header;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload, bool fin) {
  out.append(frame_header(opcode, payload.size(), fin).view()).append(payload);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload;
  if (code == 1005) return payload;
  payload.push_back(static_cast<char>(code >> 8));
  payload.push_back(static_cast<char>(code & 0xff));
  payload.append(utf8_prefix(reason, kMaxCloseReason));
  return payload;
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
  std::string frame;
  append_frame(frame, Opcode::close, close_payload(code, reason));
  return frame;
}

bool unmask(std::span<char> bytes, MaskingKey& key) {
  std::uint64_t wide_key;
  std::memcpy(&wide_key, key.data(), 4);
  std::memcpy(reinterpret_cast<char*>(&wide_key) + 4, key.data(), 4);
  char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t seen = 0;
  for (; left >= 32; left -= 32, at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, at, sizeof words);
    for (std::uint64_t& word : words) word ^= wide_key;
    seen |= words[0] | words[1] | words[2] | words[3];
    std::memcpy(at, words, sizeof words);
  }
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    word ^= wide_key;
    seen |= word;
    std::memcpy(at, &word, sizeof word);
  }
  for (std::size_t i = 0; i < left; ++i) {
    at[i] = static_cast<char>(at[i] ^ key[i % 4]);
    seen |= static_cast<unsigned char>(at[i]);
  }
  const MaskingKey before = key;
  for (std::size_t i = 0; i < 4; ++i) key[i] = before[(i + left) % 4];
  return (seen & kHighBits) == 0;
}

}  // namespace polygate::wire
