#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"

namespace polygate {

/// The longest duration that is understood: a hundred years, so that no sum with a point of time overflows.
inline constexpr Millis kMaxDuration = std::chrono::hours(24) * 36'500;

/// "30s", "1500ms", "5m", "12h", "7d"; nothing for anything else (a bare number has no unit and is refused, but "0" is
/// 0) or beyond kMaxDuration.
std::optional<Millis> parse_duration(std::string_view text);

/// "64KiB", "1MiB", "512B", "10MB", "1GiB" or a bare count of bytes; nothing for anything else or beyond 2^62.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// In the largest unit that says it exactly: "90s", "2m", "1500ms"; parse_duration() reads it back.
std::string format_duration(Millis duration);

/// In the largest binary unit that says it exactly: "64KiB", "1000B"; parse_size() reads it back.
std::string format_size(std::uint64_t bytes);

}  // namespace polygate
