#pragma once
#include <cstddef>
#include <list>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/timer_queue.h"
#include "gateway/routing/attendance.h"

namespace polygate::session {

/// What is to be told of names (topics that are watched): that one has arrived, or has left when nobody has come back
/// within its grace. For each name the two alternate, one at a time, and what is told last is what is so. One thread.
///
/// Nothing grows without bound: who has gone is told of before who has arrived, and when too many names are in their
/// grace, that ends which would end first.
class PresenceTable {
 public:
  static constexpr std::size_t kMostGraces = 65'536;

  explicit PresenceTable(std::size_t most_graces = kMostGraces) : most_graces_(most_graces) {}

  /// `after` is the grace.
  void heard(Attendance::Change change, Millis after, Instant now);
  void tick(Instant now);
  std::optional<Instant> next_due() const { return graces_.next(); }

  struct Word {
    Topic topic;
    bool has_arrived = false;  ///< else it has left
    AttendeePtr who;           ///< came first, or went last
  };
  /// What is to be told next, if anything. Of this name nothing more is told until was_told().
  std::optional<Word> next();
  void was_told(std::string_view key);

  /// Names that are known now.
  std::size_t size() const { return by_key_.size(); }

 private:
  struct Name;
  using Names = std::list<Name>;
  struct Name {
    Topic topic;
    Names* in = nullptr;      ///< one of the three lists
    bool is_there = false;    ///< somebody is
    bool is_known = false;    ///< that was told last; else that it has left, or nothing
    bool is_overdue = false;  ///< its grace is over
    bool is_in_hand = false;  ///< something of it is being told
    AttendeePtr who = {};     ///< of what is told next
    TimerQueue<Names::iterator>::Id grace = {};
  };

  void grace_is_over(Names::iterator name);
  void settle(Names::iterator name);

  const std::size_t most_graces_;
  Names calm_;
  Names left_;     ///< to be told of, as next
  Names arrived_;  ///< to be told of, then
  std::unordered_map<std::string_view, Names::iterator> by_key_;
  TimerQueue<Names::iterator> graces_;
};

}  // namespace polygate::session
