#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

/// Why a frame did not stay with its topic.
enum class KeptLimit : std::uint8_t {
  topic,       ///< it has as many keys as it may
  profile,     ///< its profile's topics keep as many bytes as they may
  process,     ///< all profiles together do
  message,     ///< the whole that it is a change of is longer than a message may be
  definition,  ///< that whole breaks its definition
};
inline constexpr std::size_t kKeptLimits = 5;

/// The limit's key in `limits`; a definition is none of these.
constexpr std::string_view name(KeptLimit limit) {
  switch (limit) {
    case KeptLimit::topic:
      return "kept_per_topic";
    case KeptLimit::profile:
      return "kept_bytes";
    case KeptLimit::process:
      return "kept_bytes_together";
    case KeptLimit::message:
      return "message_bytes";
    case KeptLimit::definition:
      return "definition";
  }
  return {};
}

/// The data that a kept message says, as JSON text; null where nobody will change a part of it, or recall it.
using KeptData = std::shared_ptr<const std::string>;

/// What shall stay under a key, or why it cannot.
struct ToKeep {
  FramePtr frame;
  KeptData data;
  std::optional<KeptLimit> unfit{};
};

/// What a message that is a change makes of what was there before.
struct Merged {
  KeptData before;
  ToKeep whole;
};

/// A message that changes a part of what is kept. Immutable; asked on any thread, and under the keeper's lock where
/// others change the same at the same moment.
class Merging {
 public:
  virtual ~Merging() = default;
  /// `before` is null where nothing is kept.
  virtual Merged into(KeptData before) const = 0;
};

/// How a frame shall stay with its topic.
struct Keep {
  std::string key;                           ///< it takes the place of what the topic kept under it
  Millis lasts{0};                           ///< 0 = until it is replaced or forgotten
  std::size_t topic_keys = 0;                ///< that the topic may keep
  std::size_t profile_bytes = 0;             ///< that all topics of its profile may keep together
  bool refuses = false;                      ///< where it cannot stay, nobody hears it, and nothing is forgotten
  KeptData data{};                           ///< that it says
  std::shared_ptr<const Merging> merging{};  ///< it is a change, and the whole stays
};

/// What the topics of one profile keep.
struct KeptMeter {
  std::size_t messages = 0;  ///< now
  std::size_t bytes = 0;     ///< of memory that they take, about
  std::array<std::uint64_t, kKeptLimits> not_kept{};
};

}  // namespace polygate
