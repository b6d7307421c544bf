#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace polygate::session {

/// Why a round of a timer was not taken. A closed set of metrics labels.
enum class Skipped : std::uint8_t {
  running,  ///< the one before was not over
  pressed,  ///< so much waited for a worker that something on this one had sent to
  late,     ///< the next one was due already
};

inline constexpr std::size_t kSkipped = 3;

constexpr std::string_view name(Skipped why) {
  switch (why) {
    case Skipped::running:
      return "running";
    case Skipped::pressed:
      return "pressed";
    case Skipped::late:
      break;
  }
  return "late";
}

}  // namespace polygate::session
