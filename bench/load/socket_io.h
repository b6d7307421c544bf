#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench::socket_io {

/// Socket.IO 5 on Engine.IO 4, as the clients of Socket.IO 3 and 4 speak it: the packets of the benchmark, each with
/// the digit of Engine.IO in front of it, as text.

inline constexpr std::string_view kWebSocketPath = "/socket.io/?EIO=4&transport=websocket";
inline constexpr std::string_view kPollingPath = "/socket.io/?EIO=4&transport=polling";
inline constexpr char kSeparator = '\x1e';  ///< between the packets of one body

inline constexpr std::string_view kOpened = "0{\"sid\":\"";  ///< how a server greets
inline constexpr std::string_view kPing = "2";
inline constexpr std::string_view kPong = "3";
inline constexpr std::string_view kConnect = "40";             ///< to the namespace "/"
inline constexpr std::string_view kConnected = "40{\"sid\":";  ///< its answer

/// The acknowledgement id of variant `variant`; of six digits, so that all packets have the same length.
std::uint32_t ack_id(std::uint32_t variant);

/// The argument of an event, {"note": "..."}, such that `relay_packet` or `shout_packet` has `size` bytes.
std::string relay_argument(std::size_t size, std::uint32_t variant);
std::string shout_argument(std::size_t size, std::uint32_t variant);

/// `relay`, which asks to be acknowledged: of exactly `size` bytes.
std::string relay_packet(std::size_t size, std::uint32_t variant);
/// `shout`: of exactly `size` bytes.
std::string shout_packet(std::size_t size, std::uint32_t variant);
/// `join`, which asks to be acknowledged.
std::string join_packet(std::uint32_t variant);

/// What a server must answer: to `join` no arguments, to `relay` its argument; what it sends to all for a `shout`.
std::string ack_packet(std::uint32_t variant, std::string_view arguments);
std::string said_packet(std::string_view argument);

}  // namespace bench::socket_io
