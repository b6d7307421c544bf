#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/routing/kept.h"

namespace polygate {

/// What the topics of one process keep: the last frame under each key, in the order of publishing, until it is
/// replaced, forgotten or too old. Knows what each profile holds. Belongs to an Exchange and lives under its lock;
/// nothing here looks into a frame, or at more than it is asked for.
class KeptMessages {
 public:
  using Meters = std::map<std::string, KeptMeter, std::less<>>;  ///< by profile

  explicit KeptMessages(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  KeptMessages(const KeptMessages&) = delete;
  KeptMessages& operator=(const KeptMessages&) = delete;

  /// Forgets the keys of `forget`, and keeps `what`. Returns which limit it met, if one: then the topic keeps nothing
  /// under the key, for what it kept is not the last any more, or all that it did, where the message refuses.
  std::optional<KeptLimit> put(const std::string& topic, Position position, ToKeep what, const Keep& keep,
                               const std::vector<std::string>& forget, Instant now);
  /// What the message under the key says, if there is one that is not too old and has data.
  KeptData data(const std::string& topic, const std::string& key, Instant now) const;
  void forget(const std::string& topic, const std::string& key);
  KeptPart list(const std::string& topic, const KeptRange& range, Instant now) const;

  /// Is there anything that has an age?
  bool ages() const { return !ends_.empty(); }
  /// Drops what is too old, the oldest first, but no more than `at_most`.
  void let_go(Instant now, std::size_t at_most);

  const Meters& meters() const { return meters_; }

 private:
  struct Message {
    std::string key;
    FramePtr frame;
    KeptData data;
    std::size_t bytes = 0;
    std::optional<Instant> end;
  };
  struct Shelf {
    const std::string* topic = nullptr;
    KeptMeter* meter = nullptr;
    std::map<Position, Message> messages;
    std::unordered_map<std::string_view, Position> by_key;  ///< views of the messages' keys
  };
  struct End {
    Instant at;
    Position position;
    Shelf* shelf = nullptr;
    bool operator<(const End& other) const { return at != other.at ? at < other.at : position < other.position; }
  };

  KeptMeter& meter_of(std::string_view topic);
  const Message* find(const std::string& topic, const std::string& key) const;
  std::optional<KeptLimit> limit_met(const std::string& topic, const KeptMeter& meter, std::size_t bytes,
                                     const Keep& keep, const std::vector<std::string>& forget) const;
  void remove(Shelf& shelf, Position position);
  void drop_if_empty(Shelf& shelf);

  const std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  Meters meters_;
  std::unordered_map<std::string, Shelf> shelves_;  ///< by topic; none is empty
  std::set<End> ends_;
};

}  // namespace polygate
