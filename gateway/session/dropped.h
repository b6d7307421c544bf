#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace polygate::session {

/// Why events were dropped that had been read: behind the end of the right to speak, or too late. A closed set of
/// metrics labels.
enum class Dropped : std::uint8_t {
  closed,    ///< a rule had closed the session
  expired,   ///< its token was over
  replaced,  ///< its claim went to another session
  broken,    ///< what came before was no message of Socket.IO: nobody knows what follows
  late,      ///< the connection was over for longer than `finish_within`
  drained,   ///< the gateway was shut down before they were taken
};

inline constexpr std::size_t kDropped = 6;
std::string_view name(Dropped why);

}  // namespace polygate::session
