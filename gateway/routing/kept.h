#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/routing/frame.h"
#include "gateway/routing/position.h"

namespace polygate {

/// A frame that stays with its topic for late joiners (MQTT calls it a retained message).
struct Kept {
  Position position;
  FramePtr frame;
};

/// Some of what a topic keeps, in the order of publishing.
struct KeptPart {
  std::vector<Kept> kept;
  bool has_more = false;  ///< behind the last of them
};

/// Which of the kept frames are asked for: what came later than `after`, as far as `up_to`, and no more once `weight`
/// is reached.
struct KeptRange {
  Position after;
  Position up_to;
  std::size_t weight = SIZE_MAX;
};

/// How a frame shall stay with its topic.
struct Keep {
  std::string key;                ///< it takes the place of what the topic kept under it
  Millis lasts{0};                ///< 0 = until it is replaced or forgotten
  std::size_t topic_keys = 0;     ///< that the topic may keep
  std::size_t profile_bytes = 0;  ///< that all topics of its profile may keep together
};

/// Why a frame did not stay with its topic.
enum class KeptLimit : std::uint8_t {
  topic,    ///< it has as many keys as it may
  profile,  ///< its profile's topics keep as many bytes as they may
  process,  ///< all profiles together do
};
inline constexpr std::size_t kKeptLimits = 3;

/// The limit's key in `limits`.
constexpr std::string_view name(KeptLimit limit) {
  switch (limit) {
    case KeptLimit::topic:
      return "kept_per_topic";
    case KeptLimit::profile:
      return "kept_bytes";
    case KeptLimit::process:
      return "kept_bytes_together";
  }
  return {};
}

/// What the topics of one profile keep.
struct KeptMeter {
  std::size_t messages = 0;  ///< now
  std::size_t bytes = 0;     ///< of memory that they take, about
  std::array<std::uint64_t, kKeptLimits> not_kept{};
};

}  // namespace polygate
