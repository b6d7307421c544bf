#include "gateway/routing/attendance.h"

#include <utility>

namespace polygate {

bool Attendance::count(const Topic& topic, bool comes, AttendeePtr who) {
  auto found = by_key_.find(topic.key);
  if (found == by_key_.end()) {
    if (!comes) return false;
    calm_.push_front({topic, 0, false, nullptr});
    found = by_key_.emplace(calm_.front().topic.key, calm_.begin()).first;
  }
  const Ones::iterator one = found->second;
  const bool was_there = one->count > 0;
  one->count += comes ? 1 : -1;
  const bool is_there = one->count > 0;
  if (is_there == was_there) return false;
  if (is_there != one->was_there) {
    one->who = std::move(who);
    changed_.splice(changed_.end(), calm_, one);
    return !std::exchange(is_told_, true);
  }
  one->who.reset();
  if (is_there) {
    calm_.splice(calm_.begin(), changed_, one);
  } else {
    forget(changed_, one);
  }
  return false;
}

std::vector<Attendance::Change> Attendance::take() {
  is_told_ = false;
  std::vector<Change> changes;
  changes.reserve(changed_.size());
  while (!changed_.empty()) {
    const auto one = changed_.begin();
    one->was_there = one->count > 0;
    changes.push_back({one->topic, one->was_there, std::move(one->who)});
    if (one->was_there) {
      one->who.reset();
      calm_.splice(calm_.begin(), changed_, one);
    } else {
      forget(changed_, one);
    }
  }
  return changes;
}

void Attendance::forget(Ones& from, Ones::iterator one) {
  by_key_.erase(one->topic.key);
  from.erase(one);
}

}  // namespace polygate
