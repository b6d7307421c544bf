#include <algorithm>

#include "gateway/rules/render.h"
#include "gateway/session/table.h"

namespace polygate::session {
/// All that a rule does but what its sender hears, in the language's order: begun here, one call behind the other, and
/// waited for together.
void SessionTable::State::change(Session& session, turns::Turn& turn) {
  rules::Effects& effects = turn.run->effects();
  session.is_changing = true;
  if (effects.identity) identities.authenticated(session, std::move(effects.identity));
  if (effects.role) identities.take_role(session, *effects.role);
  if (effects.variables.is_object()) session.set(effects.variables);
  for (Topic& topic : effects.claimed) {
    if (turn.fence > turn.lost) claims.gained(session, std::move(topic), turn.fence);
  }
  for (const Topic& topic : effects.join) {
    if (!session.inside(topic)) memberships.join(session, topic, false);
  }
  if (memberships.has_to_ask()) {
    memberships.ask(session, [this, id = turns.expect(turn)](Exchange::AllJoined all) {
      if (turns::Turn* asked = turns.find(id)) asked->joined = std::move(all);
      turns.came(id);
    });
  }
  publish(turn);
  for (const Topic& topic : effects.leave) {
    if (Membership* membership = session.find(topic)) {
      memberships.leave(session, *membership, [this, id = turns.expect(turn)] { turns.came(id); });
    }
  }
}

void SessionTable::State::publish(turns::Turn& turn) {
  Exchange::Batch& sends = turn.run->effects().sends;
  if (sends.empty()) return;
  services.exchange->publish(worker, std::move(sends),
                             [this, id = turns.expect(turn), asked = paused.now()](Exchange::Published published) {
                               if (turns::Turn* sender = turns.find(id)) {
                                 note_published(sender->profile_index, published, asked);
                                 sender->published = std::move(published);
                               }
                               turns.came(id);
                             });
}

/// Who is pressed is waited for, unless that is over: of `published` those are left for which the sender should pause.
void SessionTable::State::note_published(std::uint16_t profile, Exchange::Published& published, Paused::Moment asked) {
  for (const Exchange::NotKept& one : published.not_kept) {  // the Exchange has counted it
    const std::string_view limit = name(one.limit);
    services.log->write_rarely(
        limit, Level::warn, "a message was sent and not kept",
        {{"limit", limit}, {"profile", services.profiles[profile]->name}, {"topic", one.topic.text()}});
  }
  std::erase_if(published.pressed, [&](WorkerIndex at) { return !paused.await(at, asked); });
}

/// All that it does has taken effect: now its sender hears of it. What topics kept that it has joined comes behind
/// that, and then what was said on them meanwhile.
void SessionTable::State::happened(turns::Turn& turn) {
  Session* const found = sessions.find(turn.requester);
  if (found == nullptr) return note(turn, turn.run->verdict());
  Session& session = *found;
  session.turn = {};
  session.is_changing = false;
  std::vector<Replays::One> replays = Memberships::arrive(session, turn.joined);
  if (!turn.published.pressed.empty() && !session.ending && !session.paused) {
    paused.add(session, std::move(turn.published.pressed));
  }
  rules::Effects& effects = turn.run->effects();
  for (FramePtr& reply : effects.replies) replayer.push(session, std::move(reply));
  replayer.replay(session, std::move(replays));
  if (!turn.published.not_kept.empty()) {
    const std::string limit(name(turn.published.not_kept.front().limit));
    const Failure failure{Reason::limited, "not kept: limit " + limit + " reached"};
    for (FramePtr& frame : turn.run->tell(failure, turns.scratch())) replayer.push(session, std::move(frame));
  }
  hearing.hear_early(session);
  if (effects.close) endings.end(session, {effects.close->code, effects.close->reason}, Dropped::closed);
  if (turn.fence != 0 && turn.fence <= turn.lost) endings.replaced(session);
  note(turn, turn.run->verdict());
}

/// What a rule says that has changed nothing.
void SessionTable::State::say(Session& session, rules::Effects& effects) {
  for (FramePtr& reply : effects.replies) replayer.push(session, std::move(reply));
  hearing.hear_early(session);
  if (effects.close) endings.end(session, {effects.close->code, effects.close->reason}, Dropped::closed);
}

void SessionTable::State::direct(const Direct& direct) {
  Session* session = sessions.find(direct.to);
  switch (direct.kind) {
    case Direct::Kind::frame:
      if (session) hearing.hear(*session, direct);
      return;
    case Direct::Kind::evict:
      if (session) claims.lost(*session, direct.fence);
      return;
    case Direct::Kind::probe:
      return claims.ask_for_life(session, direct);
    case Direct::Kind::alive:
    case Direct::Kind::dead:
      if (session) turns.owner_answered(session->turn, *direct.topic, direct.kind == Direct::Kind::alive);
      return;
  }
}

void SessionTable::deliver(const Delivery& delivery) {
  state_->memberships.deliver(delivery);
  state_->endings.settle();
}

void SessionTable::direct(const Direct& direct) {
  state_->direct(direct);
  state_->endings.settle();
}

void SessionTable::too_slow(SessionId id) {
  if (Session* session = state_->sessions.find_live(id)) state_->endings.cut_slow(*session);
  state_->endings.settle();
}

}  // namespace polygate::session
