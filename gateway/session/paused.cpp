#include "gateway/session/paused.h"

#include <algorithm>
#include <utility>

namespace polygate::session {

Paused::Number Paused::add(SessionId session, std::vector<WorkerIndex> pressed) {
  entries_.emplace_hint(entries_.end(), ++last_, Entry{session, std::move(pressed)});
  return last_;
}

void Paused::remove(Number number) {
  entries_.erase(number);
}

std::optional<SessionId> Paused::next() {
  for (auto at = entries_.upper_bound(looked_at_); at != entries_.end(); ++at) {
    looked_at_ = at->first;
    const auto& pressed = at->second.pressed;
    if (std::any_of(pressed.begin(), pressed.end(), [&](WorkerIndex worker) { return awaits(worker); })) continue;
    const SessionId session = at->second.session;
    entries_.erase(at);
    return session;
  }
  return std::nullopt;
}

bool Paused::await(WorkerIndex worker, Moment moment) {
  if (worker < eased_.size() && eased_[worker] > moment) return false;
  if (!awaits(worker)) awaited_.push_back(worker);
  return true;
}

void Paused::eased(WorkerIndex worker) {
  if (eased_.size() <= worker) eased_.resize(worker + std::size_t{1}, 0);
  eased_[worker] = ++news_;
  std::erase(awaited_, worker);
  looked_at_ = 0;
}

bool Paused::awaits(WorkerIndex worker) const {
  return std::find(awaited_.begin(), awaited_.end(), worker) != awaited_.end();
}

}  // namespace polygate::session
