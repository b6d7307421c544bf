#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

/// Packets of Socket.IO, protocols 4 and 5 (github.com/socketio/socket.io-protocol): what an Engine.IO message of text
/// holds. Pure; the JSON is not looked into here.
namespace polygate::socket_io {

enum class Type : std::uint8_t { connect, disconnect, event, ack, error, binary_event, binary_ack };

/// One packet. Views point into what was parsed.
struct Packet {
  Type type = Type::event;
  std::size_t attachments = 0;        ///< binary messages that follow
  std::string_view name_space = "/";  ///< with its slash
  std::string_view query;             ///< what clients 1.x and 2.x put behind a namespace, without the `?`
  std::optional<std::uint64_t> ack;   ///< the id to answer with, or that this answers
  std::string_view json;              ///< an array for events and acks; an object, a string or nothing else

  bool operator==(const Packet&) const = default;
};

/// Refuses what no client writes: an unknown type, an attachment count or an ack id where none belongs, an event or ack
/// that is no array, a payload behind a disconnect.
Result<Packet> parse_packet(std::string_view text);

/// Appends `packet` as text. The namespace `/` is not written; behind every other one stands a comma.
void append_packet(std::string& out, const Packet& packet);

/// Appends JSON text with every character beyond ASCII as `\uXXXX`: what clients of Engine.IO 3 read alike, however
/// often they decode UTF-8. `json` is valid JSON.
void append_ascii(std::string& out, std::string_view json);

}  // namespace polygate::socket_io
