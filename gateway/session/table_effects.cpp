#include <algorithm>

#include "gateway/rules/render.h"
#include "gateway/session/table.h"

namespace polygate::session {
/// All that a rule does but what its sender hears, in the language's order: begun here, one call behind the other, and
/// waited for together.
void SessionTable::State::change(Session& session, turns::Turn& turn) {
  rules::Effects& effects = turn.run->effects();
  session.is_changing = true;
  if (effects.identity) authenticated(session, std::move(effects.identity));
  if (effects.role) take_role(session, *effects.role);
  if (effects.variables.is_object()) session.set(effects.variables);
  for (Topic& topic : effects.claimed) {
    if (turn.fence <= turn.lost) continue;
    if (session.ending) services.exchange->ending(worker, topic, turn.fence);
    Membership membership;
    membership.claim = std::make_unique<Topic>(std::move(topic));
    membership.fence = turn.fence;
    session.memberships.push_back(std::move(membership));
  }
  for (const Topic& topic : effects.join) {
    if (!session.inside(topic)) join(session, topic, false);
  }
  if (!to_join.empty()) {
    ask_to_join(session, [this, id = turns.expect(turn)](Exchange::AllJoined all) {
      if (turns::Turn* asked = turns.find(id)) asked->joined = std::move(all);
      turns.came(id);
    });
  }
  publish(turn);
  for (const Topic& topic : effects.leave) {
    if (Membership* membership = session.find(topic)) {
      leave(session, *membership, [this, id = turns.expect(turn)] { turns.came(id); });
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
  std::vector<Replays::One> replays = arrive(session, turn.joined);
  if (!turn.published.pressed.empty() && !session.ending && !session.paused) {
    paused.add(session, std::move(turn.published.pressed));
  }
  rules::Effects& effects = turn.run->effects();
  for (FramePtr& reply : effects.replies) push(session, std::move(reply));
  replay(session, std::move(replays));
  if (!turn.published.not_kept.empty()) {
    const std::string limit(name(turn.published.not_kept.front().limit));
    const Failure failure{Reason::limited, "not kept: limit " + limit + " reached"};
    for (FramePtr& frame : turn.run->tell(failure, turns.scratch())) push(session, std::move(frame));
  }
  hear_early(session);
  if (effects.close) endings.end(session, {effects.close->code, effects.close->reason}, Dropped::closed);
  if (turn.fence != 0 && turn.fence <= turn.lost) endings.replaced(session);
  note(turn, turn.run->verdict());
}

/// What a rule says that has changed nothing.
void SessionTable::State::say(Session& session, rules::Effects& effects) {
  for (FramePtr& reply : effects.replies) push(session, std::move(reply));
  hear_early(session);
  if (effects.close) endings.end(session, {effects.close->code, effects.close->reason}, Dropped::closed);
}

void SessionTable::State::push(Session& session, FramePtr frame) {
  if (session.ending) return;
  if (session.replays) return push_behind(session, std::move(frame));
  hand_over(session, std::move(frame));
}

void SessionTable::State::hand_over(Session& session, FramePtr frame) {
  frame = Frame::in(session.endpoint.dialect, std::move(frame));
  if (frame->utterance() != nullptr) {
    if (const Question* question = frame->utterance()->question()) remember(session, *question);
  }
  if (session.recovery) note_said(session, frame);
  if (session.carrier == nullptr) return;
  if (!session.carrier->push(std::move(frame))) return endings.cut_slow(session);
  ++common.counts(session).delivered;
}

/// A peer that never acknowledges loses the oldest of the questions that it owes an answer to.
void SessionTable::State::remember(Session& session, const Question& question) {
  constexpr std::size_t kMaxQuestions = 64;
  if (!session.questions) session.questions = std::make_unique<std::deque<Question>>();
  if (session.questions->size() == kMaxQuestions) session.questions->pop_front();
  session.questions->push_back(question);
}

void SessionTable::State::authenticated(Session& session, auth::IdentityPtr identity) {
  leave_built_in(session, "user");
  const bool somebody = !identity->user.empty();
  session.who = somebody ? std::move(identity) : nullptr;
  if (session.profile->uses_user_topics) join_built_in(session, "user", session.user());
  if (somebody && session.who->expires) {
    const double left = *session.who->expires - services.clock->unix_seconds();
    const double bounded = std::clamp(left, 0.0, 30.0 * 24 * 3600);  // looked at again when it comes
    deadlines.set(session, Deadline::token, Millis(static_cast<std::int64_t>(bounded * 1000) + 1));
  }
}

void SessionTable::State::take_role(Session& session, profile::RoleIndex role) {
  const bool same = session.current_role == role;
  session.current_role = role;
  if (!session.profile->uses_role_topics || (same && find_built_in(session, "role") != nullptr)) return;
  leave_built_in(session, "role");
  join_built_in(session, "role", session.profile->role_name(role));
}

void SessionTable::deliver(const Delivery& delivery) {
  state_->deliver(delivery);
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
