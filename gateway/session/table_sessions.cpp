#include <algorithm>

#include "gateway/base/ids.h"
#include "gateway/rules/render.h"
#include "gateway/session/table.h"

namespace polygate::session {

SessionTable::State::State(WorkerIndex at, const turns::Services& shared)
    : worker(at), services(shared), turns(at, shared, *this) {
  for (const profile::ProfilePtr& profile : services.profiles) {
    ProfileEntry entry;
    Meter::Profile counts;
    for (const auto& [name, rules] : profile->events) {
      entry.events.emplace(name, Dispatch{static_cast<std::uint16_t>(counts.events.size()), &rules});
      counts.events.push_back(name);
    }
    entry.unknown_index = static_cast<std::uint16_t>(counts.events.size());
    counts.events.emplace_back();
    counts.roles = profile->roles;
    counts.counts.assign(counts.events.size() * counts.roles.size() * Meter::kVerdicts, 0);
    index.push_back(std::move(entry));
    meter.profiles.push_back(std::move(counts));
    if (worker != 0) continue;  // rules that nobody has called for are taken on one worker
    for (const profile::Rule& rule : profile->timed) {
      timed.push_back({static_cast<std::uint16_t>(index.size() - 1), &rule, {}});
      timed_due.add(services.clock->now() + rule.interval, timed.size() - 1);
    }
  }
}

Session* SessionTable::State::find(SessionId id) {
  const std::unique_ptr<Session>* session = id.worker == worker ? slots.find(id.slot) : nullptr;
  return session != nullptr && *session && (*session)->id() == id ? session->get() : nullptr;
}

Session* SessionTable::State::find_live(SessionId id) {
  Session* session = find(id);
  return session && !session->ending ? session : nullptr;
}

SessionId SessionTable::State::make(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint,
                                    Opening opening, auth::IdentityPtr identity) {
  const std::uint32_t slot = slots.reserve();
  const SessionId id{worker, slot, std::max<std::uint64_t>(random_u64(), 1)};
  const auto at = std::find(services.profiles.begin(), services.profiles.end(), profile);
  const auto profile_index = static_cast<std::uint16_t>(at - services.profiles.begin());
  slots[slot] = std::make_unique<Session>(id, profile_index, profile, endpoint, std::move(opening));
  Session& session = *slots[slot];
  ++meter.profiles[profile_index].sessions;
  ++meter.profiles[profile_index].opened;

  set_query_defaults(session);
  if (identity) authenticated(session, std::move(identity));
  if (!session.who && profile->uses_user_topics) join_built_in(session, "user", session.user());
  take_role(session, session.start_role);
  if (endpoint.leave_role_within.count() > 0) {
    later(session, TimerKind::role_deadline, endpoint.leave_role_within, session.role_timer);
  }
  session.is_joining = true;
  if (to_join.empty()) {
    opened(id, {});
  } else {
    ask_to_join(session, [this, id](Exchange::AllJoined all) { opened(id, std::move(all)); });
  }
  return id;
}

/// It is on its first topics. What these kept comes behind what its opened rules say at once, and what is said on them
/// behind that.
void SessionTable::State::opened(SessionId id, Exchange::AllJoined all) {
  Session* found = find(id);
  if (found == nullptr || !found->is_joining) return;
  Session& session = *found;
  std::vector<Replays::One> replays = arrive(session, all);
  take_phase_rules(session);
  session.is_joining = false;
  std::erase_if(replays, [&](const Replays::One& one) {
    const Membership* still = session.find(one.topic);
    return still == nullptr || still->local->members[still->index].since != one.since;
  });
  replay(session, std::move(replays));
  hear_early(session);
  go_on(session);
  settle();
}

void SessionTable::State::set_query_defaults(Session& session) {
  rules::Scope scope;
  scope.profile = session.profile.get();
  scope.me = &session;
  scope.clock = services.clock;
  for (const auto& [name, shape] : session.endpoint.query) {
    if (session.has_query(name)) continue;
    std::string value;
    if (shape.kind == profile::Shape::Kind::text) {
      rules::append_text(value, shape.text, scope);
    } else if (shape.constant != "null") {
      const Json constant = Json::parse(shape.constant, nullptr, false);
      value = constant.is_string() ? constant.get<std::string>() : shape.constant;
    }
    if (!value.empty()) session.set_query_default(name, std::move(value));
  }
  if (session.endpoint.user) session.endpoint_user = rules::render_text(*session.endpoint.user, scope);
}

/// Its last rules are taken: claims and topics are given back, and its id finds nobody from now on.
void SessionTable::State::free(Session& session) {
  leave_all(session);
  unpause(session);
  answer_askers(session, Direct::Kind::dead);
  if (turns::Turn* turn = turns.find(session.overdue)) turn->sender.parts();
  timers.remove(session.role_timer);
  timers.remove(session.token_timer);
  timers.remove(session.end_timer);
  --meter.profiles[session.profile_index].ending;
  --meter.profiles[session.profile_index].sessions;
  slots.release(session.id().slot);
}

void SessionTable::State::settle() {
  if (settling) return;
  settling = true;
  while (!began_to_end.empty()) {
    const std::vector<SessionId> now = std::exchange(began_to_end, {});
    for (const SessionId id : now) {
      if (Session* session = find(id)) go_on(*session);
    }
  }
  settling = false;
}

void SessionTable::State::end(Session& session, const Farewell& farewell, std::optional<Dropped> why) {
  if (!session.ending) {
    const bool had_carrier = session.carrier != nullptr;
    begin_end(session);
    if (had_carrier) {
      ++meter.closes[farewell.code];
      Farewell said = farewell;
      said.takes_rest = !why;
      session.carrier->close(said);
    }
  } else if (why && session.carrier != nullptr) {
    session.carrier->let_go();  // it still handed over what it had read
  }
  if (why) silence(session, *why);
}

/// It hears nothing from now on. What was read is taken by go_on(), which settle() calls.
void SessionTable::State::begin_end(Session& session) {
  if (session.is_detached()) --meter.profiles[session.profile_index].detached;
  session.ending = true;
  ++meter.profiles[session.profile_index].ending;
  session.replays.reset();
  session.early.reset();
  unpause(session);
  timers.remove(session.role_timer);
  later(session, TimerKind::finish, session.profile->limits.finish_within, session.end_timer);
  for (const Membership& membership : session.memberships) {
    if (membership.claim) services.exchange->ending(worker, *membership.claim, membership.fence);
  }
  began_to_end.push_back(session.id());
}

/// Its right to speak has ended.
void SessionTable::State::silence(Session& session, Dropped why) {
  if (session.silenced) return;
  session.silenced = why;
  if (session.has_waiting()) {
    const std::size_t count = session.waiting->size();
    meter.profiles[session.profile_index].dropped[static_cast<std::size_t>(why)] += count;
    services.log->write_rarely("dropped " + std::string(name(why)), Level::info, "events dropped",
                               {{"why", name(why)},
                                {"events", static_cast<std::int64_t>(count)},
                                {"profile", session.profile->name},
                                {"address", session.address()}});
  }
  session.waiting.reset();
  session.waiting_bytes = 0;
  let_go(session);
}

void SessionTable::State::let_go(Session& session) {
  session.carrier = nullptr;
  session.full = false;
}

/// It has had its time: what waits is dropped, and a turn in flight goes on for nobody.
void SessionTable::State::finish_now(Session& session) {
  if (session.carrier != nullptr) session.carrier->let_go();
  silence(session, draining ? Dropped::drained : Dropped::late);
  const turns::TurnId turn = std::exchange(session.turn, {});
  if (turn && turns.abandon(turn)) session.overdue = turn;
  // It hears nothing more: what its topics answer does not matter.
  session.is_joining = session.is_changing = false;
  for (const Membership& membership : session.memberships) {
    if (membership.local != nullptr) membership.local->members[membership.index].is_joining = false;
  }
  go_on(session);
}

void SessionTable::State::hang_up(Session& session, bool more) {
  if (!session.ending) begin_end(session);
  if (more) return;
  let_go(session);
  began_to_end.push_back(session.id());
}

SessionTable::SessionTable(WorkerIndex worker, const turns::Services& services)
    : state_(std::make_unique<State>(worker, services)) {}

SessionTable::~SessionTable() = default;

SessionId SessionTable::open(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                             auth::IdentityPtr identity) {
  const SessionId id = state_->make(profile, endpoint, std::move(opening), std::move(identity));
  state_->settle();
  return id;
}

void SessionTable::hang_up(SessionId id, Gone, bool more) {
  if (Session* session = state_->find(id)) state_->hang_up(*session, more);
  state_->settle();
}

std::size_t SessionTable::size() const {
  return state_->slots.size() + state_->turns.size();
}

const Meter& SessionTable::meter() const {
  return state_->meter;
}

}  // namespace polygate::session
