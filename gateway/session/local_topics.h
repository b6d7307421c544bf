#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/routing/position.h"
#include "gateway/routing/topic.h"

namespace polygate::session {

/// A session of this worker on a topic.
struct Member {
  std::uint32_t slot = 0;
  bool is_joining = false;  ///< nobody knows yet what it hears: see Early
  Position since;           ///< when it joined: it hears what comes later
};

struct LocalTopic {
  Topic topic;
  std::vector<Member> members;
};

/// Which sessions of one worker are on which topic. Topics without members vanish. One thread.
class LocalTopics {
 public:
  /// The topic with this key, or null.
  LocalTopic* find(std::string_view key);
  /// The same, made when it is not there.
  LocalTopic& at(const Topic& topic);
  struct Left {
    bool topic_gone = false;             ///< nobody is left: the topic was removed and is dead
    std::optional<std::uint32_t> moved;  ///< the slot of the member that now stands at the same index
  };
  /// Takes off the member at `index`, in constant time: the last one moves into its place.
  Left leave(LocalTopic& topic, std::size_t index);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  std::unordered_map<std::string, std::unique_ptr<LocalTopic>, Hash, std::equal_to<>> topics_;
};

}  // namespace polygate::session
