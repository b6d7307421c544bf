#include <algorithm>

#include "gateway/base/utf8.h"
#include "gateway/session/table.h"

namespace polygate::session {

bool SessionTable::State::receive(Session& session, const dialect::Message& message) {
  if (session.silenced) {
    ++common.counts(session).dropped[static_cast<std::size_t>(*session.silenced)];
    return true;
  }
  if (session.phase == Session::Phase::opening || session.turn || session.has_waiting() || session.paused) {
    if (!session.waiting) session.waiting = std::make_unique<std::deque<Waiting>>();
    session.waiting->push_back({message.text, std::string(message.bytes), message.ack, message.attachments});
    session.waiting_bytes += message.bytes.size();
    const auto& limits = session.profile->limits;
    const bool is_full =
        session.waiting->size() >= limits.inbox_events || session.waiting_bytes >= limits.message_bytes;
    if (is_full || session.paused) session.full = true;
    return !session.full;
  }
  process(session, message);
  if (session.paused) session.full = true;
  return !session.full;
}

/// A turn of this session, which hears the answer.
turns::Turn& SessionTable::State::begin(Session& session) {
  turns::Turn& turn = turns.begin(session.profile_index);
  turn.sender.is(session);
  turn.requester = session.id();
  turn.role = session.current_role;
  turn.event_index = index[session.profile_index].unknown_index;
  turn.handlers_busy = turns.find(session.overdue) != nullptr;
  return turn;
}

void SessionTable::State::process(Session& session, const dialect::Message& message) {
  const profile::Profile& profile = *session.profile;
  if (identities.has_expired(session)) {
    ++common.counts(session).dropped[static_cast<std::size_t>(Dropped::expired)];
    return identities.expire(session);
  }
  ++common.counts(session).incoming;
  turns::Turn& turn = begin(session);
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
    const Failure& failure = event.failure();
    if (failure.reason == Reason::malformed && dialect.traits().strict) {
      // Its own server ends such a connection too: nobody knows whether what follows is as it was meant.
      rules::Verdict verdict;
      verdict.failure = failure;
      note(turn, verdict);
      turns.drop(turn);
      return endings.end(session, {close_code(failure.reason), "parse error: " + failure.message, true},
                         Dropped::broken);
    }
    return refuse(session, turn, failure);
  }
  turn.event = *event;
  turn.name = event->name;
  turn.event.name = turn.name;
  std::optional<Failure> failure;
  if (!in_rate) {
    ++common.counts(session).rate_limited;
    services.log->write_rarely(
        "limit events_per_second", Level::warn, "limit reached",
        {{"limit", "events_per_second"}, {"profile", profile.name}, {"address", session.address()}});
    failure = Failure{Reason::limited, "too many events: limit events_per_second"};
  } else {
    turn.rule = rule_for(session, turn, failure);
  }
  if (failure) return refuse(session, turn, *failure);
  const profile::Rule& rule = *turn.rule;
  if (!profile.dialect->traits().json && (rule.handler || rule.claim || !rule.needs.empty())) {
    turn.raw = message.bytes;  // the bytes of the socket are gone when the answer comes
    turn.event.data_bytes = turn.raw;
  }
  turn.run.emplace(profile, rule, turn.sender, *services.clock, turn.name, &turn.event);
  take(session, turn);
}

/// The event's rule for the sender's role, or why there is none.
const profile::Rule* SessionTable::State::rule_for(const Session& session, turns::Turn& turn,
                                                   std::optional<Failure>& failure) {
  const auto& events = index[session.profile_index].events;
  const auto dispatch = events.find(turn.name);
  if (dispatch == events.end()) {
    failure = Failure{Reason::unknown, "unknown event \"" + std::string(utf8_prefix(turn.name, 64)) + "\""};
    return nullptr;
  }
  turn.event_index = dispatch->second.index;
  if (const profile::Rule* rule = profile::rule_for(*dispatch->second.rules, session.current_role)) return rule;
  failure = Failure{Reason::forbidden,
                    "event \"" + turn.name + "\" is not for role " + session.profile->role_name(session.current_role)};
  return nullptr;
}

void SessionTable::State::take(Session& session, turns::Turn& turn) {
  session.turn = turn.id;
  turns.take(turn);
}

void SessionTable::State::done(turns::Turn& turn) {
  Session* session = sessions.find(turn.sender.id());
  if (session != nullptr && session->overdue == turn.id) session->overdue = {};
  if (session != nullptr && session->id() == turn.requester) {
    change(*session, turn);
  } else {
    publish(turn);
  }
}

void SessionTable::State::overdue(turns::Turn& turn) {
  note(turn, turn.run->verdict());
  ++common.meter.profiles[turn.profile_index].overdue;
  Session* session = sessions.find(turn.requester);
  if (session == nullptr) return;
  session->turn = {};
  session->overdue = turn.id;
  say(*session, turn.run->effects());
}

void SessionTable::State::go_on(SessionId requester) {
  if (Session* session = sessions.find(requester)) go_on(*session);
  endings.settle();
}

/// The next turn of the session, and the one after, until one waits or there is none. May free it.
void SessionTable::State::go_on(Session& session) {
  if (session.paused || session.is_joining) return;
  if (session.phase == Session::Phase::opening) take_phase_rules(session);
  if (session.phase == Session::Phase::open) take_waiting(session);
  const bool may_close = session.phase == Session::Phase::open && session.ending && session.carrier == nullptr &&
                         !session.turn && !session.has_waiting();
  if (may_close) {
    session.phase = Session::Phase::closing;
    session.next_rule = 0;
  }
  if (session.phase != Session::Phase::closing) return;
  take_phase_rules(session);
  if (!session.turn) free(session);
}

void SessionTable::State::take_one_waiting(Session& session) {
  const Waiting next = std::move(session.waiting->front());
  session.waiting->pop_front();
  session.waiting_bytes -= next.message.size();
  process(session, {next.text, next.message, next.ack, next.attachments});
}

void SessionTable::State::take_waiting(Session& session) {
  while (!session.turn && !session.paused && session.has_waiting()) take_one_waiting(session);
  if (session.has_waiting() || session.paused) return;
  session.waiting.reset();
  if (std::exchange(session.full, false) && session.carrier != nullptr) session.carrier->resume_input();
}

/// The opened or closed rules, one after the other, until one waits.
void SessionTable::State::take_phase_rules(Session& session) {
  const bool opening = session.phase == Session::Phase::opening;
  const auto& rules = opening ? session.profile->opened : session.profile->closed;
  while (!session.turn && !session.paused && session.next_rule < rules.size() && !(opening && session.silenced)) {
    const profile::Rule& rule = rules[session.next_rule++];
    if (!rule.takes(session.current_role)) continue;
    turns::Turn& turn = begin(session);
    turn.rule = &rule;
    turn.run.emplace(*session.profile, rule, turn.sender, *services.clock, turn.name, nullptr);
    take(session, turn);
  }
  if (opening && !session.turn && !session.paused) session.phase = Session::Phase::open;
}

/// The one that paused first takes one turn; what else it has said waits behind the others that had paused.
bool SessionTable::State::go_on_paused() {
  const auto id = paused.next();
  if (!id) return false;
  Session* session = sessions.find(*id);
  paused.remove(*session);
  const bool has_more = session->phase == Session::Phase::open && !session->turn && session->has_waiting();
  if (has_more) take_one_waiting(*session);
  if (has_more && session->has_waiting() && !session->turn && !session->paused && !session->ending) {
    paused.add(*session, {});
  } else {
    go_on(*session);
  }
  return true;
}

/// Skips a turn when the one before still waits for its handler, or while so much waits for a worker that something on
/// this one sent to.
void SessionTable::State::take_timed_rule(std::size_t at) {
  Timed& its = timed[at];
  timed_due.add(services.clock->now() + its.rule->interval, at);
  if (turns.find(its.turn) != nullptr || paused.awaits_any()) return;
  turns::Turn& turn = turns.begin(its.profile);
  turn.sender.is_nobody();
  turn.rule = its.rule;
  turn.event_index = index[its.profile].unknown_index;
  its.turn = turn.id;
  turn.run.emplace(*services.profiles[its.profile], *its.rule, turn.sender, *services.clock, turn.name, nullptr);
  turns.take(turn);
}

/// Answers an event that met no rule.
void SessionTable::State::refuse(Session& session, turns::Turn& turn, const Failure& failure) {
  rules::Scope scope;
  scope.profile = session.profile.get();
  scope.me = &session;
  scope.clock = services.clock;
  scope.event = turn.name;
  scope.message = &turn.event;
  rules::Effects effects;
  rules::Verdict verdict;
  rules::answer_failure(*session.profile, nullptr, scope, failure, turns.scratch(), effects, verdict);
  note(turn, verdict);
  turns.drop(turn);
  say(session, effects);
}

void SessionTable::State::note(const turns::Turn& turn, const rules::Verdict& verdict) {
  Meter::Profile& counts = common.meter.profiles[turn.profile_index];
  const profile::Profile& profile = *services.profiles[turn.profile_index];
  counts.outgoing += verdict.outgoing;
  counts.outgoing_checked += verdict.checked;
  counts.outgoing_invalid += verdict.broken.size();
  for (const std::string& broken : verdict.broken) {
    services.log->write_rarely("broken outgoing", Level::error, "outgoing event not sent",
                               {{"profile", profile.name}, {"what", broken}});
  }
  if (turn.overdue) return;  // its verdict was told when it was late
  const bool is_event = turn.rule == nullptr || !turn.name.empty();
  if (!is_event) {  // opened, closed and timed rules: a condition that does not hold is no fault
    const auto reason = verdict.failure ? verdict.failure->reason : Reason::absent;
    if (reason != Reason::absent && reason != Reason::forbidden && reason != Reason::taken) {
      services.log->write_rarely("opened or closed", Level::warn, "rule failed",
                                 {{"profile", profile.name},
                                  {"rule", turn.rule->place.file + ":" + std::to_string(turn.rule->place.line)},
                                  {"message", verdict.failure->message}});
    }
    return;
  }
  ++counts.incoming_checked;  // whatever its verdict: it came past the checks, and every event ends here
  const std::size_t kind = verdict.failure ? static_cast<std::size_t>(verdict.failure->reason) : Meter::kVerdicts - 1;
  ++counts.count(turn.event_index, turn.role, kind);
  const double took = static_cast<double>(services.clock->nanoseconds() - turn.started) * 1e-9;
  counts.times.add(took);
  if (verdict.failure) {
    services.log->write_rarely("refused " + std::string(name(verdict.failure->reason)), Level::info, "event refused",
                               {{"profile", profile.name},
                                {"event", turn.name},
                                {"role", profile.role_name(turn.role)},
                                {"reason", name(verdict.failure->reason)},
                                {"message", verdict.failure->message}});
  }
}

bool SessionTable::receive(SessionId id, const dialect::Message& message) {
  Session* session = state_->sessions.find(id);
  if (!session) return true;
  const bool more = state_->receive(*session, message);
  state_->endings.settle();
  return more;
}

void SessionTable::eased(WorkerIndex worker) {
  state_->paused.eased(worker);
}

bool SessionTable::go_on_paused() {
  const bool went_on = state_->go_on_paused();
  state_->endings.settle();
  return went_on;
}

bool SessionTable::acknowledged(SessionId id, std::uint64_t question, std::string_view json,
                                dialect::Attachments attachments) {
  Session* session = state_->sessions.find(id);
  if (!session) return true;
  const auto event = Handover::take_answer(*session, question, json);
  if (!event) return true;
  const bool more = state_->receive(*session, {true, *event, std::nullopt, std::move(attachments)});
  state_->endings.settle();
  return more;
}

}  // namespace polygate::session
