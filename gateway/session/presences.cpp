#include "gateway/session/presences.h"

#include <memory>
#include <utility>

#include "gateway/rules/render.h"
#include "gateway/session/nobody.h"

namespace polygate::session {
namespace {

auth::IdentityPtr identity_of(const Attendee& who) {
  auto identity = std::make_shared<auth::Identity>();
  identity->user = who.user;
  if (who.claims) identity->claims = *who.claims;
  return identity;
}

}  // namespace

Presences::Presences(Common& common, const Dispatch& dispatch, const Paused& paused, turns::TurnTable& turns)
    : common_(common), dispatch_(dispatch), paused_(paused), turns_(turns) {
  std::uint16_t index = 0;
  for (const auto& profile : common.services.profiles) {
    if (!profile->presence.empty()) profiles_.emplace(profile->name, index);
    ++index;
  }
  if (!profiles_.empty()) common.services.exchange->watch(common.worker, *this);
}

void Presences::heard(const std::vector<Attendance::Change>& changes) {
  if (is_stopped_) return;
  const Instant now = common_.services.clock->now();
  for (const Attendance::Change& change : changes) {
    const profile::Profile& profile =
        *common_.services.profiles[profiles_.find(Topic::profile_of(change.topic.key))->second];
    table_.heard(change, profile.presence.find(change.topic.family())->second.after, now);
  }
  go_on();
}

void Presences::tick(Instant now) {
  table_.tick(now);
  go_on();
}

void Presences::go_on() {
  while (!is_stopped_ && told_.size() < kAtOnce && !paused_.awaits_any()) {
    const auto word = table_.next();
    if (!word) return;
    take(*word);
  }
}

void Presences::take(const PresenceTable::Word& word) {
  const std::uint16_t index = profiles_.find(Topic::profile_of(word.topic.key))->second;
  const profile::Presence& presence = common_.services.profiles[index]->presence.find(word.topic.family())->second;
  const profile::Rule* rule = profile::rule_for(word.has_arrived ? presence.arrived : presence.left, word.who->role);
  if (rule == nullptr) return table_.was_told(word.topic.key);
  turns::Turn& turn = begin_for_nobody(common_, dispatch_, turns_, index, *rule);
  turn.sender.is_nobody(word.who->role, identity_of(*word.who));
  turn.run->is_of(rules::unescape_topic_name(word.topic.name()));
  told_.emplace(turn.id.number, word.topic.key);
  turns_.take(turn);
}

void Presences::is_over(const turns::Turn& turn) {
  const auto told = told_.empty() ? told_.end() : told_.find(turn.id.number);
  if (told == told_.end()) return;
  table_.was_told(told->second);
  told_.erase(told);
}

}  // namespace polygate::session
