#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/base/json.h"
#include "gateway/routing/topic.h"

namespace polygate {

/// What is known of a session that came to a topic, or went: as it was at that moment. Immutable.
struct Attendee {
  std::uint16_t role = 0;              ///< of its profile
  std::string user;                    ///< empty: nobody
  std::shared_ptr<const Json> claims;  ///< of its token; null without one
};
using AttendeePtr = std::shared_ptr<const Attendee>;

/// Who is on topics that somebody watches: how many workers have a session there. The watcher takes what has changed
/// since it last did. Who came and went in between is no change, so that no more waits than there are topics with
/// somebody, now or then. Belongs to an Exchange and lives under its lock.
class Attendance {
 public:
  struct Change {
    Topic topic;
    bool is_there = false;  ///< somebody is; else nobody any more
    AttendeePtr who;        ///< came first, or went last
  };

  /// True: there is a change to be taken, and the watcher has not been told so since it last took. Each came() has its
  /// went().
  bool came(const Topic& topic, AttendeePtr who) { return count(topic, true, std::move(who)); }
  bool went(const Topic& topic, AttendeePtr who) { return count(topic, false, std::move(who)); }
  /// All that has changed, what changed first before the rest.
  std::vector<Change> take();
  /// Topics that are known now.
  std::size_t size() const { return by_key_.size(); }

 private:
  struct One {
    Topic topic;
    std::size_t count = 0;
    bool was_there = false;  ///< when that was taken
    AttendeePtr who;         ///< of the change
  };
  using Ones = std::list<One>;

  bool count(const Topic& topic, bool comes, AttendeePtr who);
  void forget(Ones& from, Ones::iterator one);

  Ones calm_;
  Ones changed_;
  std::unordered_map<std::string_view, Ones::iterator> by_key_;
  bool is_told_ = false;  ///< that there is a change
};

}  // namespace polygate
