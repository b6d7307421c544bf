#include "gateway/session/session_table.h"

#include "gateway/session/admission.h"
#include "gateway/session/changes.h"
#include "gateway/session/note_verdict.h"
#include "gateway/session/openings.h"
#include "gateway/session/orders.h"
#include "gateway/session/presences.h"
#include "gateway/session/recoveries.h"
#include "gateway/session/started_rules.h"
#include "gateway/session/timers.h"

namespace polygate::session {

/// The parts, each using only some that stand before it (ARCHITECTURE.md tells them), and what becomes of turns.
struct SessionTable::State final : turns::TurnTable::Ends {
  State(WorkerIndex worker, const turns::Services& services) : common{worker, services, {}} {}

  void done(turns::Turn& turn) override;
  void happened(turns::Turn& turn) override;
  void overdue(turns::Turn& turn, const Failure& why) override;
  void go_on(SessionId requester) override;
  void take_due(Session& session, Deadline deadline);

  Common common;
  Sessions sessions{common.worker};
  Deadlines deadlines{*common.services.clock};
  Paused paused{common};
  turns::TurnTable turns{common.worker, common.services, *this};
  Endings endings{common, sessions, deadlines, paused, turns, [this](Session& session) { turn_order.go_on(session); }};
  Handover handover{common, endings};
  Replayer replayer{common, sessions, endings, handover};
  Hearing hearing{endings, replayer, turns,
                  [this](Session& session, const OrderPtr& order) { orders.obey(session, order); }};
  Claims claims{common, endings, turns};
  Memberships memberships{common, sessions, replayer, hearing};
  Identities identities{common, deadlines, endings, memberships};
  Changes changes{common, paused, claims, memberships, identities, turns};
  Replies replies{paused, endings, replayer, hearing, turns};
  Dispatch dispatch{common};
  Events events{common, dispatch, identities, endings, replies, turns};
  StartedRules started{common, dispatch, turns};
  Timers timers{common, dispatch, paused, turns};
  Presences presences{common, dispatch, paused, turns};
  Lifetimes lifetimes{common, sessions, deadlines, claims, memberships, identities, turns};
  TurnOrder turn_order{common, sessions, paused, endings, events, lifetimes, turns};
  Orders orders{sessions, endings, hearing, memberships, turn_order, turns};
  Openings openings{sessions, endings, replayer, hearing, memberships, lifetimes, turn_order};
  Recoveries recoveries{common, sessions, deadlines, endings, claims, replayer};
};

void SessionTable::State::done(turns::Turn& turn) {
  Session* session = sessions.find(turn.sender.id());
  if (session != nullptr && session->overdue == turn.id) session->overdue = {};
  if (session != nullptr && session->id() == turn.requester) {
    changes.begin(*session, turn);
  } else {
    changes.publish(turn);
  }
}

void SessionTable::State::happened(turns::Turn& turn) {
  if (Session* session = sessions.find(turn.requester)) replies.tell(*session, turn);
  note_verdict(common, turn, turn.run->verdict());
  started.is_over(turn, turn.run->verdict().failure);
  presences.is_over(turn);
}

void SessionTable::State::overdue(turns::Turn& turn, const Failure& why) {
  note_verdict(common, turn, turn.run->verdict());
  ++common.meter.profiles[turn.profile_index].overdue;
  started.is_over(turn, why);
  Session* session = sessions.find(turn.requester);
  if (session == nullptr) return;
  session->turn = {};
  session->overdue = turn.id;
  replies.say(*session, turn.run->effects());
}

void SessionTable::State::go_on(SessionId requester) {
  if (Session* session = sessions.find(requester)) turn_order.go_on(*session);
  started.go_on();
  presences.go_on();
  endings.settle();
}

void SessionTable::State::take_due(Session& session, Deadline deadline) {
  switch (deadline) {
    case Deadline::role:
      return identities.has_had_its_first_role(session);
    case Deadline::token:
      return identities.look_at_token(session);
    case Deadline::detached:
      return recoveries.not_resumed(session);
    case Deadline::finish:
      return session.is_leaving() ? endings.left(session) : turn_order.give_up(session);
  }
}

SessionTable::SessionTable(WorkerIndex worker, const turns::Services& services)
    : state_(std::make_unique<State>(worker, services)) {}

SessionTable::~SessionTable() = default;

void SessionTable::start(Started done) {
  state_->started.take([this, done = std::move(done)](Result<void> result) {
    if (result) state_->timers.start();
    done(std::move(result));
  });
  state_->endings.settle();
}

Result<auth::IdentityPtr> SessionTable::admit(const profile::Profile& profile, const profile::Endpoint& endpoint,
                                              Opening& opening) {
  return session::admit(state_->common.services, profile, endpoint, opening);
}

SessionId SessionTable::open(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                             auth::IdentityPtr identity) {
  const SessionId id = state_->openings.open(profile, endpoint, std::move(opening), std::move(identity));
  state_->endings.settle();
  return id;
}

bool SessionTable::receive(SessionId id, const dialect::Message& message) {
  Session* session = state_->sessions.find(id);
  if (!session) return true;
  const bool more = state_->turn_order.receive(*session, message);
  state_->endings.settle();
  return more;
}

bool SessionTable::acknowledged(SessionId id, std::uint64_t question, std::string_view json,
                                dialect::Attachments attachments) {
  Session* session = state_->sessions.find(id);
  const auto event = session ? Handover::take_answer(*session, question, json) : std::nullopt;
  if (!event) return true;
  const bool more = state_->turn_order.receive(*session, {true, *event, std::nullopt, std::move(attachments)});
  state_->endings.settle();
  return more;
}

void SessionTable::too_slow(SessionId id) {
  if (Session* session = state_->sessions.find_live(id)) state_->endings.cut_slow(*session);
  state_->endings.settle();
}

void SessionTable::drained(SessionId id) {
  if (Session* session = state_->sessions.find_live(id)) state_->replayer.drained(*session);
  state_->endings.settle();
}

void SessionTable::alive(SessionId id) {
  if (Session* session = state_->sessions.find_live(id)) state_->claims.answer_askers(*session, Direct::Kind::alive);
  state_->endings.settle();
}

void SessionTable::hang_up(SessionId id, Gone, bool more) {
  if (Session* session = state_->sessions.find(id)) state_->endings.hang_up(*session, more);
  state_->endings.settle();
}

bool SessionTable::detach(SessionId id) {
  Session* session = state_->sessions.find_live(id);
  const bool detached = session != nullptr && state_->recoveries.detach(*session);
  state_->endings.settle();
  return detached;
}

std::string SessionTable::name(SessionId id) const {
  const Session* session = state_->sessions.find(id);
  return session != nullptr ? session->name() : id.text();
}

std::optional<SecretId> SessionTable::recovery_key(SessionId id) const {
  const Session* session = state_->sessions.find(id);
  return session && session->recovery ? std::optional(session->recovery->key) : std::nullopt;
}

std::optional<Resumed> SessionTable::resume(const Resumption& resumption) {
  auto resumed = state_->recoveries.resume(resumption);
  state_->endings.settle();
  return resumed;
}

void SessionTable::drain() {
  state_->common.is_draining = true;
  state_->timers.stop();
  state_->presences.stop();
  state_->recoveries.end_all();
  state_->endings.settle();
}

Abandoned SessionTable::abandon() {
  Abandoned left;
  left.sessions = state_->sessions.size();
  left.turns = state_->turns.size();
  state_->sessions.for_each([&](Session& session) {
    if (!session.has_waiting()) return;
    left.events += session.waiting->messages.size();
    state_->endings.silence(session, Dropped::drained);
  });
  return left;
}

void SessionTable::deliver(const Delivery& delivery) {
  if (delivery.order) {
    state_->orders.deliver(delivery);
  } else {
    state_->memberships.deliver(delivery);
  }
  state_->endings.settle();
}

void SessionTable::direct(const Direct& direct) {
  Session* const session = state_->sessions.find(direct.to);
  switch (direct.kind) {
    case Direct::Kind::frame:
      if (session) state_->hearing.hear(*session, direct);
      break;
    case Direct::Kind::order:
      if (session) state_->orders.direct(*session, direct);
      break;
    case Direct::Kind::evict:
      if (session) state_->claims.lost(*session, direct.fence);
      break;
    case Direct::Kind::probe:
      state_->claims.ask_for_life(session, direct);
      break;
    case Direct::Kind::alive:
    case Direct::Kind::dead:
      if (session) state_->turns.owner_answered(session->turn, direct);
      break;
  }
  state_->endings.settle();
}

void SessionTable::eased(WorkerIndex worker) {
  state_->paused.eased(worker);
  state_->presences.go_on();
}

bool SessionTable::go_on_paused() {
  const bool went_on = state_->turn_order.go_on_paused();
  state_->endings.settle();
  return went_on;
}

void SessionTable::tick() {
  const Instant now = state_->common.services.clock->now();
  while (const auto timer = state_->deadlines.take_due(now)) {
    if (Session* session = state_->sessions.find(timer->session)) state_->take_due(*session, timer->deadline);
  }
  state_->timers.tick(now);
  state_->presences.tick(now);
  state_->turns.tick(now);
  state_->endings.settle();
}

std::optional<Instant> SessionTable::next_due() const {
  std::optional<Instant> due = state_->deadlines.next();
  for (const auto& other : {state_->timers.next_due(), state_->presences.next_due(), state_->turns.next_due()}) {
    if (other && (!due || *other < *due)) due = other;
  }
  return due;
}

std::size_t SessionTable::size() const {
  return state_->sessions.size() + state_->turns.size();
}

const Meter& SessionTable::meter() const {
  return state_->common.meter;
}

}  // namespace polygate::session
