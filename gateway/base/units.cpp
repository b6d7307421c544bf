#include "gateway/base/units.h"

#include <array>
#include <charconv>

namespace polygate {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array kTimes = {Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1000},
                               Unit{"ms", 1}};
constexpr std::array kSizes = {Unit{"TiB", std::uint64_t{1} << 40},
                               Unit{"GiB", std::uint64_t{1} << 30},
                               Unit{"MiB", std::uint64_t{1} << 20},
                               Unit{"KiB", std::uint64_t{1} << 10},
                               Unit{"TB", 1'000'000'000'000},
                               Unit{"GB", 1'000'000'000},
                               Unit{"MB", 1'000'000},
                               Unit{"KB", 1000},
                               Unit{"kB", 1000},
                               Unit{"B", 1},
                               Unit{"", 1}};

/// Digits and then the name of a unit, nothing else; at most `limit` when multiplied.
template <std::size_t N>
std::optional<std::uint64_t> parse(std::string_view text, const std::array<Unit, N>& units, std::uint64_t limit) {
  std::uint64_t count = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  for (const Unit& unit : units) {
    if (text != unit.name) continue;
    if (count > limit / unit.factor) return std::nullopt;
    return count * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Millis> parse_duration(std::string_view text) {
  if (text == "0") return Millis(0);
  const auto millis = parse(text, kTimes, static_cast<std::uint64_t>(kMaxDuration.count()));
  if (!millis) return std::nullopt;
  return Millis(static_cast<Millis::rep>(*millis));
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse(text, kSizes, std::uint64_t{1} << 62);
}

std::string format_duration(Millis duration) {
  const bool negative = duration.count() < 0;
  const auto millis =
      negative ? 0 - static_cast<std::uint64_t>(duration.count()) : static_cast<std::uint64_t>(duration.count());
  if (millis == 0) return "0s";
  for (const Unit& unit : kTimes) {
    if (millis % unit.factor == 0) {
      return (negative ? "-" : "") + std::to_string(millis / unit.factor) + std::string(unit.name);
    }
  }
  return {};
}

std::string format_size(std::uint64_t bytes) {
  for (const Unit& unit : kSizes) {
    if (unit.name.size() == 3 && bytes != 0 && bytes % unit.factor == 0) {
      return std::to_string(bytes / unit.factor) + std::string(unit.name);
    }
  }
  return std::to_string(bytes) + "B";
}

}  // namespace polygate
