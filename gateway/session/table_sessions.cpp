#include <algorithm>

#include "gateway/base/ids.h"
#include "gateway/profile/render.h"
#include "gateway/session/table.h"

namespace polygate::session {

SessionTable::State::State(WorkerIndex at, const Services& shared, Carrier& carries)
    : worker(at), services(shared), carrier(carries) {
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
    if (worker == 0 && !profile->timed.empty()) make_nobody(static_cast<std::uint16_t>(index.size() - 1));
  }
}

/// Timed rules are taken like those of a session, on one worker, on behalf of nobody.
void SessionTable::State::make_nobody(std::uint16_t profile) {
  const auto slot = static_cast<std::uint32_t>(slots.size());
  const profile::ProfilePtr& its = services.profiles[profile];
  slots.push_back(std::make_unique<Session>(SessionId{worker, slot, std::max<std::uint64_t>(random_u64(), 1)}, profile,
                                            its, its->endpoints[0], Opening{}));
  slots[slot]->is_nobody = true;
  slots[slot]->phase = Session::Phase::open;
  for (std::uint32_t rule = 0; rule < its->timed.size(); ++rule) {
    later(*slots[slot], TimerKind::timed_rule, its->timed[rule].interval, rule);
  }
}

Session* SessionTable::State::find(SessionId id) {
  if (id.worker != worker || id.slot >= slots.size()) return nullptr;
  Session* session = slots[id.slot].get();
  return session && session->id() == id ? session : nullptr;
}

Session* SessionTable::State::find_live(SessionId id) {
  Session* session = find(id);
  return session && session->phase <= Session::Phase::open ? session : nullptr;
}

SessionId SessionTable::State::make(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint,
                                    Opening opening, auth::IdentityPtr identity) {
  std::uint32_t slot = static_cast<std::uint32_t>(slots.size());
  if (free_slots.empty()) {
    slots.emplace_back();
  } else {
    slot = free_slots.back();
    free_slots.pop_back();
  }
  const SessionId id{worker, slot, std::max<std::uint64_t>(random_u64(), 1)};
  const auto at = std::find(services.profiles.begin(), services.profiles.end(), profile);
  const auto profile_index = static_cast<std::uint16_t>(at - services.profiles.begin());
  slots[slot] = std::make_unique<Session>(id, profile_index, profile, endpoint, std::move(opening));
  Session& session = *slots[slot];
  ++live;
  ++meter.profiles[profile_index].sessions;
  ++meter.profiles[profile_index].opened;

  profile::Scope scope;
  scope.profile = profile.get();
  scope.me = &session;
  scope.clock = services.clock;
  for (const auto& [name, shape] : endpoint.query) {
    if (session.has_query(name)) continue;
    std::string value;
    if (shape.kind == profile::Shape::Kind::text) {
      profile::append_text(value, shape.text, scope);
    } else if (shape.constant != "null") {
      const Json constant = Json::parse(shape.constant, nullptr, false);
      value = constant.is_string() ? constant.get<std::string>() : shape.constant;
    }
    if (!value.empty()) session.set_query_default(name, std::move(value));
  }
  if (endpoint.user) session.endpoint_user = profile::render_text(*endpoint.user, scope);
  if (identity) authenticated(session, std::move(identity));
  if (!session.who && profile->uses_user_topics) join_built_in(session, "user", session.user());
  take_role(session, endpoint.role);
  if (endpoint.leave_role_within.count() > 0) {
    later(session, TimerKind::role_deadline, endpoint.leave_role_within, 0);
  }
  std::vector<std::pair<Session*, LocalTopic*>> joined = std::exchange(to_replay, {});
  take_phase_rules(session);
  for (const auto& [who, topic] : joined) replay(*who, *topic);
  return id;
}

void SessionTable::State::free(Session& session) {
  --live;
  --meter.profiles[session.profile_index].sessions;
  if (session.is_detached()) --meter.profiles[session.profile_index].detached;
  const std::uint32_t slot = session.id().slot;
  slots[slot].reset();
  free_slots.push_back(slot);
}

void SessionTable::State::doom(Session& session, std::uint16_t code, std::string reason) {
  if (session.phase > Session::Phase::open) return;
  session.phase = Session::Phase::doomed;
  doomed.push_back({session.id(), code, std::move(reason)});
}

void SessionTable::State::settle() {
  if (settling) return;
  settling = true;
  while (!doomed.empty()) {
    std::vector<Ending> now = std::exchange(doomed, {});
    for (Ending& ending : now) {
      if (Session* session = find(ending.session)) finish(*session, ending.code, std::move(ending.reason));
    }
  }
  settling = false;
}

/// Our own wish to end a session: its rules for that are taken at once, the transport writes what waits and closes.
void SessionTable::State::finish(Session& session, std::uint16_t code, std::string reason) {
  if (session.phase > Session::Phase::doomed) return;
  if (session.is_detached()) {
    session.removed = true;  // nobody carries it
    return hang_up(session);
  }
  ++meter.closes[code];
  const SessionId id = session.id();
  hang_up(session);
  carrier.end(id, code, std::move(reason));
}

void SessionTable::State::hang_up(Session& session) {
  if (session.phase > Session::Phase::doomed) return;
  if (session.job) {
    // Nobody will hear the answer: what the run gained is given back.
    struct Giver final : profile::Host {
      Giver(State& of, Session& about) : table(of), session(about) {}
      void claim(const Topic&, Taken) override {}
      void release(const Topic& topic) override { table.services.exchange->release(topic, session.id()); }
      void present(const Topic&) override {}
      void handle(const std::string&, Call) override {}
      Result<auth::IdentityPtr> verify(const std::string&, std::string_view) override {
        return Failure{Reason::internal, {}};
      }
      json::Document& scratch() override { return table.scratch; }
      State& table;
      Session& session;
    } giver(*this, session);
    session.job->run->cancel(giver);
    recycle(std::move(session.job));
  }
  ++session.ticket;
  session.inbox.reset();
  session.probed.reset();
  session.phase = Session::Phase::closing;
  session.next_rule = 0;
  take_phase_rules(session);
}

SessionTable::SessionTable(WorkerIndex worker, const Services& services, Carrier& carrier)
    : state_(std::make_unique<State>(worker, services, carrier)) {}

SessionTable::~SessionTable() = default;

SessionId SessionTable::open(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                             auth::IdentityPtr identity) {
  const SessionId id = state_->make(profile, endpoint, std::move(opening), std::move(identity));
  state_->settle();
  return id;
}

void SessionTable::hang_up(SessionId id, Gone) {
  if (Session* session = state_->find(id)) state_->hang_up(*session);
  state_->settle();
}

void SessionTable::remove(SessionId id) {
  Session* session = state_->find(id);
  if (!session) return;
  state_->hang_up(*session);
  session = state_->find(id);
  if (session->phase == Session::Phase::closed) {
    state_->free(*session);
  } else {
    session->removed = true;
  }
  state_->settle();
}

Outbox* SessionTable::outbox(SessionId id) {
  Session* session = state_->find(id);
  return session ? &session->outbox : nullptr;
}

std::size_t SessionTable::size() const {
  return state_->live;
}

Meter& SessionTable::meter() {
  state_->meter.outbox_bytes = 0;
  for (const auto& session : state_->slots) {
    if (session) state_->meter.outbox_bytes += session->outbox.bytes();
  }
  return state_->meter;
}

std::vector<SessionId> SessionTable::sessions() const {
  std::vector<SessionId> ids;
  for (const auto& session : state_->slots) {
    if (session && !session->is_nobody) ids.push_back(session->id());
  }
  return ids;
}

}  // namespace polygate::session
