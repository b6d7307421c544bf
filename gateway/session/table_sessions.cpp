#include <algorithm>

#include "gateway/rules/render.h"
#include "gateway/session/table.h"

namespace polygate::session {

SessionTable::State::State(WorkerIndex at, const turns::Services& shared)
    : common{at, shared, {}},
      sessions(at),
      deadlines(*shared.clock),
      paused(common),
      endings(common, sessions, deadlines, paused, [this](Session& session) { go_on(session); }),
      turns(at, shared, *this),
      handover(common, endings),
      replayer(common, sessions, endings, handover),
      hearing(endings, replayer, turns),
      claims(common, endings, turns),
      memberships(common, sessions, replayer, hearing),
      identities(common, deadlines, endings, memberships) {
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
    common.meter.profiles.push_back(std::move(counts));
    if (worker != 0) continue;  // rules that nobody has called for are taken on one worker
    for (const profile::Rule& rule : profile->timed) {
      timed.push_back({static_cast<std::uint16_t>(index.size() - 1), &rule, {}});
      timed_due.add(services.clock->now() + rule.interval, timed.size() - 1);
    }
  }
}

SessionId SessionTable::State::make(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint,
                                    Opening opening, auth::IdentityPtr identity) {
  const auto at = std::find(services.profiles.begin(), services.profiles.end(), profile);
  const auto profile_index = static_cast<std::uint16_t>(at - services.profiles.begin());
  Session& session = sessions.make(profile_index, profile, endpoint, std::move(opening));
  const SessionId id = session.id();
  ++common.counts(session).sessions;
  ++common.counts(session).opened;

  set_query_defaults(session);
  identities.begin(session, std::move(identity));
  session.is_joining = true;
  if (!memberships.has_to_ask()) {
    opened(id, {});
  } else {
    memberships.ask(session, [this, id](Exchange::AllJoined all) { opened(id, std::move(all)); });
  }
  return id;
}

/// It is on its first topics. What these kept comes behind what its opened rules say at once, and what is said on them
/// behind that.
void SessionTable::State::opened(SessionId id, Exchange::AllJoined all) {
  Session* found = sessions.find(id);
  if (found == nullptr || !found->is_joining) return;
  Session& session = *found;
  std::vector<Replays::One> replays = Memberships::arrive(session, all);
  take_phase_rules(session);
  session.is_joining = false;
  std::erase_if(replays, [&](const Replays::One& one) {
    const Membership* still = session.find(one.topic);
    return still == nullptr || still->local->members[still->index].since != one.since;
  });
  replayer.replay(session, std::move(replays));
  hearing.hear_early(session);
  go_on(session);
  endings.settle();
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
  memberships.leave_all(session);
  paused.remove(session);
  claims.answer_askers(session, Direct::Kind::dead);
  if (turns::Turn* turn = turns.find(session.overdue)) turn->sender.parts();
  deadlines.clear(session);
  --common.counts(session).ending;
  --common.counts(session).sessions;
  sessions.free(session);
}

/// It has had its time: what waits is dropped, and a turn in flight goes on for nobody.
void SessionTable::State::finish_now(Session& session) {
  if (session.carrier != nullptr) session.carrier->let_go();
  endings.silence(session, common.is_draining ? Dropped::drained : Dropped::late);
  const turns::TurnId turn = std::exchange(session.turn, {});
  if (turn && turns.abandon(turn)) session.overdue = turn;
  // It hears nothing more: what its topics answer does not matter.
  session.is_joining = session.is_changing = false;
  Memberships::arrive(session);
  go_on(session);
}

SessionTable::SessionTable(WorkerIndex worker, const turns::Services& services)
    : state_(std::make_unique<State>(worker, services)) {}

SessionTable::~SessionTable() = default;

SessionId SessionTable::open(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                             auth::IdentityPtr identity) {
  const SessionId id = state_->make(profile, endpoint, std::move(opening), std::move(identity));
  state_->endings.settle();
  return id;
}

void SessionTable::hang_up(SessionId id, Gone, bool more) {
  if (Session* session = state_->sessions.find(id)) state_->endings.hang_up(*session, more);
  state_->endings.settle();
}

std::size_t SessionTable::size() const {
  return state_->sessions.size() + state_->turns.size();
}

const Meter& SessionTable::meter() const {
  return state_->common.meter;
}

}  // namespace polygate::session
