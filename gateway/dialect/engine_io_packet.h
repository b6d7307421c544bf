#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

/// Packets of Engine.IO, revisions 3 and 4 (github.com/socketio/engine.io-protocol): how they stand in WebSocket
/// messages and in the bodies of long polling. Pure: no state but what the caller holds.
namespace polygate::engine_io {

enum class Revision : std::uint8_t { v3 = 3, v4 = 4 };

enum class Type : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

/// One packet. `data` points into what was decoded, or into the `scratch` that the decoder was given.
struct Packet {
  Type type = Type::noop;
  bool binary = false;  ///< only messages are
  std::string_view data;
};

/// How packets stand together in the body of a request or of an answer.
enum class Payload : std::uint8_t {
  v4,         ///< joined by the record separator 0x1e; binary as `b` and base64
  v3_text,    ///< `<length>:<packet>`, the length in UTF-16 code units; binary as `b4` and base64
  v3_binary,  ///< application/octet-stream: 0 or 1, the length in bytes as digits 0 to 9, 0xff, the packet
};

/// One WebSocket message. Text may hold base64 (`b...` or `b4...`), as clients without binary frames send it; what that
/// decodes to is put into `scratch`. Text is valid UTF-8: the caller has seen to that.
Result<Packet> decode_message(Revision revision, bool text, std::string_view message, std::string& scratch);

/// Takes the first packet off `body`. A body without any packet is malformed.
Result<Packet> take_packet(Payload payload, std::string_view& body, std::string& scratch);

/// Appends the payload of the WebSocket message that says `packet`; it goes out as text unless it is binary.
void append_message(std::string& out, Revision revision, const Packet& packet);

/// Appends `packet` to a body that was empty or made by this function with the same `payload`.
void append_packet(std::string& out, Payload payload, const Packet& packet);

/// The length of valid UTF-8 in UTF-16 code units.
std::size_t utf16_length(std::string_view text);

}  // namespace polygate::engine_io
