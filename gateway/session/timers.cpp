#include "gateway/session/timers.h"

#include "gateway/session/nobody.h"

namespace polygate::session {

Timers::Timers(Common& common, const Dispatch& dispatch, const Paused& paused, turns::TurnTable& turns)
    : common_(common), dispatch_(dispatch), paused_(paused), turns_(turns) {
  std::uint16_t profile_index = 0;
  for (const profile::ProfilePtr& profile : common.services.profiles) {
    Meter::Profile& counts = common.meter.profiles[profile_index];
    for (const auto& [name, timer] : profile->timers) {
      all_.push_back({profile_index, counts.timers.size(), &timer});
      counts.timers.push_back({name, {}});
    }
    ++profile_index;
  }
}

void Timers::start() {
  const Instant now = common_.services.clock->now();
  for (std::size_t at = 0; at < all_.size(); ++at) {
    all_[at].due = now + all_[at].timer->every;
    due_.add(all_[at].due, at);
  }
}

void Timers::tick(Instant now) {
  while (const auto at = due_.take_due(now)) {
    One& one = all_[*at];
    const auto missed = (now - one.due) / one.timer->every;
    if (missed > 0) skip(one, Skipped::late, static_cast<std::uint64_t>(missed));
    one.due += one.timer->every * (missed + 1);
    due_.add(one.due, *at);
    take(one);
  }
}

void Timers::take(One& one) {
  if (turns_.find(one.turn) != nullptr) return skip(one, Skipped::running, 1);
  if (paused_.awaits_any()) return skip(one, Skipped::pressed, 1);
  turns::Turn& turn = begin_for_nobody(common_, dispatch_, turns_, one.profile, one.timer->rule);
  one.turn = turn.id;
  turns_.take(turn);
}

void Timers::skip(const One& one, Skipped why, std::uint64_t rounds) {
  common_.meter.profiles[one.profile].timers[one.index].skipped[static_cast<std::size_t>(why)] += rounds;
}

}  // namespace polygate::session
