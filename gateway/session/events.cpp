#include "gateway/session/events.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/base/reason.h"
#include "gateway/rules/failing.h"
#include "gateway/session/note_verdict.h"

namespace polygate::session {
namespace {

/// Is the message still to be read when something has been asked? Also to tell that it could not be kept.
bool is_read_later(const profile::Rule& rule) {
  return rule.rate || (rule.authenticate && rule.authenticate->handler) || rule.look || rule.recall || rule.handler ||
         rule.claim || rule.order || rule.once || !rule.needs.empty() ||
         std::any_of(rule.sends.begin(), rule.sends.end(),
                     [](const profile::SendStep& send) { return send.keep.has_value(); });
}

}  // namespace

Events::Events(Common& common, const Dispatch& dispatch, Identities& identities, Endings& endings, Replies& replies,
               turns::TurnTable& turns)
    : common_(common),
      dispatch_(dispatch),
      identities_(identities),
      endings_(endings),
      replies_(replies),
      turns_(turns) {}

void Events::take(Session& session, const dialect::Message& message) {
  const profile::Profile& profile = *session.profile;
  if (identities_.has_expired(session)) {
    ++common_.counts(session).dropped[static_cast<std::size_t>(Dropped::expired)];
    return identities_.expire(session);
  }
  ++common_.counts(session).incoming;
  turns::Turn& turn = make(session);
  const Instant now{Millis(static_cast<std::int64_t>(turn.started / 1'000'000))};
  const bool in_rate = session.bucket.take(profile.limits.events_per_second, profile.limits.events_burst, now);
  const json::Limits limits{.max_bytes = profile.limits.message_bytes,
                            .max_depth = profile.limits.json_depth,
                            .max_nodes = profile.limits.json_nodes};
  const dialect::Dialect& dialect = profile.dialect_of(session.endpoint);
  auto event = dialect.decode(message, turn.document, limits);
  if (!event) {
    turn.event = {};
    turn.event.ack = message.ack;
    const bool is_broken = event.failure().reason == Reason::malformed && dialect.traits().strict;
    return is_broken ? break_off(session, turn, event.failure()) : refuse(session, turn, event.failure());
  }
  turn.event = *event;
  turn.name = event->name;
  turn.event.name = turn.name;
  std::optional<Failure> failure;
  if (!in_rate) {
    common_.services.log->write_rarely(
        "limit events_per_second", Level::warn, "limit reached",
        {{"limit", "events_per_second"}, {"profile", profile.name}, {"address", session.address()}});
    failure = Failure{Reason::limited, "too many events: limit events_per_second", "rate"};
  } else {
    turn.rule = dispatch_.rule_for(session, turn, failure);
  }
  if (failure) return refuse(session, turn, *failure);
  const profile::Rule& rule = *turn.rule;
  if (!profile.dialect->traits().json && is_read_later(rule)) {
    turn.raw = turn.event.data_bytes;  // the bytes of the socket are gone when the answer comes
    turn.event.data_bytes = turn.raw;
  }
  turn.run.emplace(profile, rule, turn.sender, *common_.services.clock, turn.name, &turn.event);
  begin(session, turn);
}

void Events::take(Session& session, const profile::Rule& rule) {
  turns::Turn& turn = make(session);
  turn.rule = &rule;
  turn.run.emplace(*session.profile, rule, turn.sender, *common_.services.clock, turn.name, nullptr);
  begin(session, turn);
}

void Events::take(Session& session, std::unique_ptr<const profile::Rule> rule) {
  turns::Turn& turn = make(session);
  turn.own_rule = std::move(rule);
  turn.rule = turn.own_rule.get();
  turn.run.emplace(*session.profile, *turn.rule, turn.sender, *common_.services.clock, turn.name, nullptr);
  begin(session, turn);
}

void Events::begin(Session& session, turns::Turn& turn) {
  session.turn = turn.id;
  turns_.take(turn);
}

/// A turn of this session, which hears the answer.
turns::Turn& Events::make(Session& session) {
  turns::Turn& turn = turns_.begin(session.profile_index);
  turn.sender.is(session);
  turn.requester = session.id();
  turn.role = session.current_role;
  turn.event_index = dispatch_.unknown(session.profile_index);
  turn.handlers_busy = turns_.find(session.overdue) != nullptr;
  turn.sender_ends = session.ending;
  return turn;
}

/// Its own server ends such a connection too: nobody knows whether what follows is as it was meant.
void Events::break_off(Session& session, turns::Turn& turn, const Failure& failure) {
  rules::Verdict verdict;
  verdict.failure = failure;
  note_verdict(common_, turn, verdict);
  turns_.drop(turn);
  endings_.end(session, {close_code(failure.reason), "parse error: " + failure.message, true}, Dropped::broken);
}

/// Answers an event that met no rule.
void Events::refuse(Session& session, turns::Turn& turn, const Failure& failure) {
  rules::Scope scope;
  scope.profile = session.profile.get();
  scope.me = &session;
  scope.clock = common_.services.clock;
  scope.event = turn.name;
  scope.message = &turn.event;
  rules::Effects effects;
  rules::Verdict verdict;
  rules::answer_failure(*session.profile, nullptr, scope, failure, turns_.scratch(), effects, verdict);
  note_verdict(common_, turn, verdict);
  turns_.drop(turn);
  replies_.say(session, effects);
}

}  // namespace polygate::session
