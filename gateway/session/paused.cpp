#include "gateway/session/paused.h"

#include <algorithm>
#include <utility>

#include "gateway/session/common.h"

namespace polygate::session {

void Paused::add(Session& session, std::vector<WorkerIndex> pressed) {
  session.paused = ++last_;
  entries_.emplace_hint(entries_.end(), last_, Entry{session.id(), std::move(pressed)});
  ++common_.counts(session).paused;
}

void Paused::remove(Session& session) {
  if (session.paused == 0) return;
  entries_.erase(std::exchange(session.paused, 0));
  --common_.counts(session).paused;
}

std::optional<SessionId> Paused::next() {
  for (auto at = entries_.upper_bound(looked_at_); at != entries_.end(); ++at) {
    looked_at_ = at->first;
    const auto& pressed = at->second.pressed;
    const auto is_awaited = [&](WorkerIndex worker) { return awaits(worker); };
    if (std::none_of(pressed.begin(), pressed.end(), is_awaited)) return at->second.session;
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
