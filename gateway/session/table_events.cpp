#include <algorithm>

#include "gateway/base/json_text.h"
#include "gateway/session/table.h"

namespace polygate::session {
namespace {

constexpr Millis kHandlerTimeout{30'000};
}  // namespace

/// Asks what a run wants to know, on behalf of one session.
class Desk final : public profile::Host {
 public:
  Desk(SessionTable::State& table, Session& session, profile::Run& run) : table_(table), session_(session), run_(run) {}

  void claim(const Topic& topic, Taken when_taken) override { table_.claim(session_, topic, when_taken); }
  void release(const Topic& topic) override { table_.services.exchange->release(topic, session_.id()); }

  void present(const Topic& topic) override {
    table_.services.exchange->present(topic,
                                      [&table = table_, id = session_.id(), ticket = session_.ticket](bool is_present) {
                                        table.answered(id, ticket, profile::Answer(Json(is_present)));
                                      });
  }

  void handle(const std::string& handler, Call call) override {
    const SessionTable::State& table = table_;
    const auto known = table.services.handler_ids[session_.profile_index].find(handler);
    if (known == table.services.handler_ids[session_.profile_index].end()) {
      run_.answer(Failure{Reason::internal, "internal error"});
      return;
    }
    auto done = [&state = table_, id = session_.id(), ticket = session_.ticket](HandlerResult result) {
      // On a thread of the handlers: the answer travels through the worker's mailbox.
      state.services.post(id.worker, [&state, id, ticket, result = std::move(result)]() mutable {
        state.answered(id, ticket, std::move(result));
        state.settle();
      });
    };
    auto at_once = table.services.handlers->run(known->second, table.worker, std::move(call), std::move(done));
    if (at_once) {
      run_.answer(std::move(*at_once));
    } else {
      table_.later(session_, TimerKind::handler, kHandlerTimeout, session_.ticket);
    }
  }

  Result<auth::IdentityPtr> verify(const std::string& verifier, std::string_view token) override {
    const auth::Verifier* judge = table_.services.verifiers->find(verifier);
    if (!judge) return Failure{Reason::internal, "internal error"};
    std::string why;
    auto identity = judge->verify(auth::strip_bearer(token), table_.services.clock->unix_seconds(), &why);
    if (!identity) {
      table_.services.log->write_rarely("auth " + verifier, Level::warn, "token refused",
                                        {{"verifier", verifier}, {"why", why}, {"address", session_.address()}});
    }
    return identity;
  }

  json::Document& scratch() override { return table_.scratch; }

 private:
  SessionTable::State& table_;
  Session& session_;
  profile::Run& run_;
};

bool SessionTable::State::receive(Session& session, const dialect::Message& message) {
  if (session.phase > Session::Phase::open) return true;
  if (session.phase == Session::Phase::opening || session.job || (session.inbox && !session.inbox->empty())) {
    if (!session.inbox) session.inbox = std::make_unique<std::deque<Waiting>>();
    session.inbox->push_back({message.text, std::string(message.bytes), message.ack, message.attachments});
    session.inbox_bytes += message.bytes.size();
    const auto& limits = session.profile->limits;
    session.full = session.inbox->size() >= limits.inbox_events || session.inbox_bytes >= limits.message_bytes;
    return !session.full;
  }
  process(session, message);
  return true;
}

void SessionTable::State::process(Session& session, const dialect::Message& message) {
  const profile::Profile& profile = *session.profile;
  Meter::Profile& counts = meter.profiles[session.profile_index];
  ++counts.incoming;
  auto job = spare_job();
  job->started = services.clock->nanoseconds();
  job->event_index = index[session.profile_index].unknown_index;
  job->rule = nullptr;
  if (session.who && session.who->expires && services.clock->unix_seconds() >= *session.who->expires) {
    recycle(std::move(job));
    doom(session, close_code(Reason::unauthenticated), "token expired");
    return;
  }
  const Instant now{Millis(static_cast<std::int64_t>(job->started / 1'000'000))};
  const bool in_rate = session.bucket.take(profile.limits.events_per_second, profile.limits.events_burst, now);
  const json::Limits limits{.max_bytes = profile.limits.message_bytes,
                            .max_depth = profile.limits.json_depth,
                            .max_nodes = profile.limits.json_nodes};
  auto event = profile.dialect->decode(message, job->document, limits);
  if (!event) {
    job->name.clear();
    const Failure& failure = event.failure();
    if (failure.reason == Reason::malformed && profile.dialect->carriage() == dialect::Carriage::socket_io) {
      // Its own server ends such a connection too: nobody knows whether what follows is as it was meant.
      profile::Verdict verdict;
      verdict.failure = failure;
      note(session, *job, verdict);
      doom(session, close_code(Reason::malformed), "parse error: " + failure.message);
    } else {
      refuse(session, *job, failure);
    }
    recycle(std::move(job));
    return;
  }
  job->event = *event;
  job->name = event->name;
  job->event.name = job->name;
  if (!in_rate) {
    ++counts.rate_limited;
    services.log->write_rarely(
        "limit events_per_second", Level::warn, "limit reached",
        {{"limit", "events_per_second"}, {"profile", profile.name}, {"address", session.address()}});
    refuse(session, *job, {Reason::limited, "too many events: limit events_per_second"});
    recycle(std::move(job));
    return;
  }
  const auto& events = index[session.profile_index].events;
  const auto dispatch = events.find(job->name);
  if (dispatch == events.end()) {
    refuse(session, *job, {Reason::unknown, "unknown event \"" + job->name.substr(0, 64) + "\""});
    recycle(std::move(job));
    return;
  }
  job->event_index = dispatch->second.index;
  for (const profile::Rule& rule : *dispatch->second.rules) {
    if (std::find(rule.from.begin(), rule.from.end(), session.current_role) != rule.from.end()) {
      job->rule = &rule;
      break;
    }
  }
  if (!job->rule) {
    refuse(
        session, *job,
        {Reason::forbidden, "event \"" + job->name + "\" is not for role " + profile.role_name(session.current_role)});
    recycle(std::move(job));
    return;
  }
  const profile::Rule& rule = *job->rule;
  if (!profile.dialect->json() && (rule.handler || rule.claim || !rule.needs.empty())) {
    job->raw = message.bytes;  // the bytes of the socket are gone when the answer comes
    job->event.data_bytes = job->raw;
  }
  job->run.emplace(profile, rule, session, *services.clock, job->name, &job->event);
  go_on(session, std::move(job));
}

/// Takes the job as far as it goes; parks it with the session when it waits.
void SessionTable::State::go_on(Session& session, std::unique_ptr<Job> job) {
  session.job = std::move(job);
  profile::Run& run = *session.job->run;
  Desk desk(*this, session, run);
  ++session.ticket;
  advancing = true;
  const bool done = run.advance(desk);
  advancing = false;
  if (!done) return;
  job = std::move(session.job);
  note(session, *job, run.verdict());
  apply(session, run.effects());
  recycle(std::move(job));
}

void SessionTable::State::answered(SessionId id, std::uint32_t ticket, profile::Answer answer) {
  Session* session = find(id);
  if (!session || session->ticket != ticket || !session->job) return;
  session->job->run->answer(std::move(answer));
  if (advancing) return;
  go_on(*session, std::move(session->job));
  after_job(*session);
}

void SessionTable::State::after_job(Session& session) {
  if (session.job) return;
  if (session.phase == Session::Phase::opening || session.phase == Session::Phase::closing) {
    take_phase_rules(session);
  } else {
    drain_inbox(session);
  }
}

void SessionTable::State::drain_inbox(Session& session) {
  while (session.phase == Session::Phase::open && !session.job && session.inbox && !session.inbox->empty()) {
    const Waiting next = std::move(session.inbox->front());
    session.inbox->pop_front();
    session.inbox_bytes -= next.message.size();
    process(session, {next.text, next.message, next.ack, next.attachments});
  }
  if (session.inbox && session.inbox->empty()) session.inbox.reset();
  if (session.full && !session.inbox && session.phase == Session::Phase::open) {
    session.full = false;
    if (!session.is_detached()) carrier.input(session.id());
  }
}

/// A rule that no event has called for.
void SessionTable::State::take_rule(Session& session, const profile::Rule& rule) {
  auto job = spare_job();
  job->started = services.clock->nanoseconds();
  job->rule = &rule;
  job->name.clear();
  job->event_index = index[session.profile_index].unknown_index;
  job->run.emplace(*session.profile, rule, session, *services.clock, job->name, nullptr);
  go_on(session, std::move(job));
}

/// The opened or closed rules, one after the other. May free a closing session that the transport has left.
void SessionTable::State::take_phase_rules(Session& session) {
  const bool opening = session.phase == Session::Phase::opening;
  const auto& rules = opening ? session.profile->opened : session.profile->closed;
  while (session.next_rule < rules.size() && session.phase != Session::Phase::doomed) {
    const profile::Rule& rule = rules[session.next_rule++];
    if (std::find(rule.from.begin(), rule.from.end(), session.current_role) == rule.from.end()) continue;
    take_rule(session, rule);
    if (session.job) return;
  }
  if (opening) {
    if (session.phase == Session::Phase::opening) session.phase = Session::Phase::open;
    drain_inbox(session);
    return;
  }
  leave_all(session);
  session.phase = Session::Phase::closed;
  if (session.removed) free(session);
}

/// Skips a turn when the one before still waits for its handler.
void SessionTable::State::take_timed_rule(Session& nobody, std::uint32_t rule) {
  const profile::Rule& timed = nobody.profile->timed[rule];
  later(nobody, TimerKind::timed_rule, timed.interval, rule);
  if (nobody.job) return;
  take_rule(nobody, timed);
}

void SessionTable::State::refuse(Session& session, Job& job, const Failure& failure) {
  profile::Scope scope;
  scope.profile = session.profile.get();
  scope.me = &session;
  scope.clock = services.clock;
  scope.event = job.name;
  profile::Effects effects;
  profile::Verdict verdict;
  profile::answer_failure(*session.profile, nullptr, scope, failure, scratch, effects, verdict);
  note(session, job, verdict);
  apply(session, effects);
}

void SessionTable::State::note(Session& session, const Job& job, const profile::Verdict& verdict) {
  Meter::Profile& counts = meter.profiles[session.profile_index];
  counts.outgoing += verdict.outgoing;
  counts.outgoing_checked += verdict.checked;
  counts.outgoing_invalid += verdict.broken.size();
  for (const std::string& broken : verdict.broken) {
    services.log->write_rarely("broken outgoing", Level::error, "outgoing event not sent",
                               {{"profile", session.profile->name}, {"what", broken}});
  }
  if (job.name.empty() &&
      job.rule) {  // opened and closed are nobody's event, and a condition that does not hold is no fault
    const auto reason = verdict.failure ? verdict.failure->reason : Reason::absent;
    if (reason != Reason::absent && reason != Reason::forbidden && reason != Reason::taken) {
      services.log->write_rarely("opened or closed", Level::warn, "rule failed",
                                 {{"profile", session.profile->name},
                                  {"rule", job.rule->place.file + ":" + std::to_string(job.rule->place.line)},
                                  {"message", verdict.failure->message}});
    }
    return;
  }
  ++counts.incoming_checked;  // whatever its verdict: it came past the checks, and every event ends here
  const std::size_t kind = verdict.failure ? static_cast<std::size_t>(verdict.failure->reason) : Meter::kVerdicts - 1;
  ++counts.count(job.event_index, session.current_role, kind);
  const double took = static_cast<double>(services.clock->nanoseconds() - job.started) * 1e-9;
  const auto& bounds = Meter::kTimeBounds;
  ++counts
        .time_buckets[static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), took) - bounds.begin())];
  counts.time_sum += took;
  if (verdict.failure) {
    services.log->write_rarely("refused " + std::string(name(verdict.failure->reason)), Level::info, "event refused",
                               {{"profile", session.profile->name},
                                {"event", job.name},
                                {"role", session.profile->role_name(session.current_role)},
                                {"reason", name(verdict.failure->reason)},
                                {"message", verdict.failure->message}});
  }
}

std::unique_ptr<Job> SessionTable::State::spare_job() {
  return spare ? std::move(spare) : std::make_unique<Job>();
}

void SessionTable::State::recycle(std::unique_ptr<Job> job) {
  job->run.reset();
  job->raw.clear();
  constexpr std::size_t kKeepUpTo = std::size_t{256} << 10;
  if (!spare && job->document.capacity() <= kKeepUpTo) spare = std::move(job);
}

bool SessionTable::receive(SessionId id, const dialect::Message& message) {
  Session* session = state_->find(id);
  if (!session) return true;
  const bool more = state_->receive(*session, message);
  state_->settle();
  return more;
}

bool SessionTable::acknowledged(SessionId id, std::uint64_t question, std::string_view json,
                                dialect::Attachments attachments) {
  Session* session = state_->find_live(id);
  if (!session || !session->questions) return true;
  std::deque<Question>& questions = *session->questions;
  const auto asked =
      std::find_if(questions.begin(), questions.end(), [&](const Question& one) { return one.id == question; });
  if (asked == questions.end()) return true;
  // The answer is an event like any other.
  std::string event = "[";
  json::append_string(event, asked->event);
  questions.erase(asked);
  if (questions.empty()) session->questions.reset();
  const std::string_view arguments = json::trimmed(json);
  if (arguments.size() > 2) event += ',';
  event += arguments.substr(1);
  const bool more = state_->receive(*session, {true, event, std::nullopt, std::move(attachments)});
  state_->settle();
  return more;
}

}  // namespace polygate::session
