#include "gateway/session/started_rules.h"

#include <string>
#include <utility>

#include "gateway/session/nobody.h"

namespace polygate::session {

StartedRules::StartedRules(Common& common, const Dispatch& dispatch, turns::TurnTable& turns)
    : common_(common), dispatch_(dispatch), turns_(turns) {
  std::uint16_t index = 0;
  for (const profile::ProfilePtr& profile : common.services.profiles) {
    for (const profile::Rule& rule : profile->started) all_.push_back({index, &rule});
    ++index;
  }
}

void StartedRules::take(Done done) {
  done_ = std::move(done);
  go_on();
}

void StartedRules::go_on() {
  while (done_ && !turn_) {
    if (!failure_ && taken_ < all_.size()) {
      take(all_[taken_++]);
      continue;
    }
    const Done done = std::exchange(done_, nullptr);
    done(failure_ ? Result<void>(*failure_) : Result<void>());
  }
}

void StartedRules::take(const One& one) {
  turns::Turn& turn = begin_for_nobody(common_, dispatch_, turns_, one.profile, *one.rule);
  turn_ = turn.id;
  turns_.take(turn);
}

void StartedRules::is_over(const turns::Turn& turn, const std::optional<Failure>& failure) {
  if (turn.id != turn_) return;
  turn_ = {};
  if (!failure) return;
  const Place& place = turn.rule->place;
  failure_ =
      Failure{Reason::internal, "the rule of `started` at " + place.file + ':' + std::to_string(place.line) +
                                    " failed as " + std::string(name(failure->reason)) + ": " + failure->message};
}

}  // namespace polygate::session
