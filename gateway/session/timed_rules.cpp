#include "gateway/session/timed_rules.h"

namespace polygate::session {

TimedRules::TimedRules(Common& common, const Dispatch& dispatch, const Paused& paused, turns::TurnTable& turns)
    : common_(common), dispatch_(dispatch), paused_(paused), turns_(turns) {
  std::uint16_t profile_index = 0;
  for (const profile::ProfilePtr& profile : common.services.profiles) {
    for (const profile::Rule& rule : profile->timed) all_.push_back({profile_index, &rule, {}});
    ++profile_index;
  }
}

void TimedRules::start() {
  const Instant now = common_.services.clock->now();
  for (std::size_t at = 0; at < all_.size(); ++at) due_.add(now + all_[at].rule->interval, at);
}

void TimedRules::tick(Instant now) {
  while (const auto at = due_.take_due(now)) take(*at);
}

/// Skips a turn when the one before still waits for its handler, or while so much waits for a worker that something on
/// this one sent to.
void TimedRules::take(std::size_t at) {
  One& its = all_[at];
  due_.add(common_.services.clock->now() + its.rule->interval, at);
  if (turns_.find(its.turn) != nullptr || paused_.awaits_any()) return;
  turns::Turn& turn = turns_.begin(its.profile);
  turn.sender.is_nobody();
  turn.rule = its.rule;
  turn.event_index = dispatch_.unknown(its.profile);
  its.turn = turn.id;
  turn.run.emplace(*common_.services.profiles[its.profile], *its.rule, turn.sender, *common_.services.clock, turn.name,
                   nullptr);
  turns_.take(turn);
}

}  // namespace polygate::session
