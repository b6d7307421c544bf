#include <algorithm>

#include "gateway/rules/render.h"
#include "gateway/session/table.h"

namespace polygate::session {
/// Everything that a rule does, in the language's order. What a session joined here is replayed to it last.
std::optional<KeptLimit> SessionTable::State::apply(Session& session, rules::Effects& effects) {
  if (effects.identity) authenticated(session, std::move(effects.identity));
  if (effects.role) take_role(session, *effects.role);
  if (effects.variables.is_object()) session.set(effects.variables);
  for (Topic& topic : effects.claimed) {
    if (session.ending) services.exchange->ending(topic, session.id());
    Membership membership;
    membership.claim = std::make_unique<Topic>(std::move(topic));
    session.memberships.push_back(std::move(membership));
  }
  for (const Topic& topic : effects.join) {
    if (session.inside(topic)) continue;
    join(session, topic, false);
  }
  const auto not_kept = publish(session.profile_index, effects.sends);
  if (!pressed.empty() && !session.ending && !session.paused) pause(session, std::exchange(pressed, {}));
  for (const Topic& topic : effects.leave) {
    if (Membership* membership = session.find(topic)) leave(session, *membership);
  }
  for (FramePtr& reply : effects.replies) push(session, std::move(reply));
  replay(session, std::exchange(to_replay, {}));
  if (effects.close) end(session, {effects.close->code, effects.close->reason}, Dropped::closed);
  return not_kept;
}

/// The first limit for which something was sent and not kept. Fills `pressed` with the workers that are to be waited
/// for.
std::optional<KeptLimit> SessionTable::State::publish(std::uint16_t profile, std::vector<rules::Outgoing>& sends) {
  std::optional<KeptLimit> not_kept;
  pressed.clear();
  for (rules::Outgoing& send : sends) {
    const Exchange::Published sent = services.exchange->publish(send.topic, send.frame, send.sending);
    for (const WorkerIndex at : sent.pressed) {
      if (std::find(pressed.begin(), pressed.end(), at) == pressed.end()) pressed.push_back(at);
    }
    if (!sent.not_kept) continue;  // the Exchange has counted it
    const std::string_view limit = name(*sent.not_kept);
    services.log->write_rarely(
        limit, Level::warn, "a message was sent and not kept",
        {{"limit", limit}, {"profile", services.profiles[profile]->name}, {"topic", send.topic.text()}});
    if (!not_kept) not_kept = sent.not_kept;
  }
  // A worker that is waited for is pressed still: it says so when it is not.
  std::erase_if(pressed, [&](WorkerIndex at) {
    if (!paused.awaits(at) && services.exchange->await_eased(at, worker)) paused.await(at);
    return !paused.awaits(at);
  });
  return not_kept;
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
  if (!session.carrier->push(std::move(frame))) return cut_slow(session);
  ++meter.profiles[session.profile_index].delivered;
}

/// A peer that never acknowledges loses the oldest of the questions that it owes an answer to.
void SessionTable::State::remember(Session& session, const Question& question) {
  constexpr std::size_t kMaxQuestions = 64;
  if (!session.questions) session.questions = std::make_unique<std::deque<Question>>();
  if (session.questions->size() == kMaxQuestions) session.questions->pop_front();
  session.questions->push_back(question);
}

/// It is not read any more; what was read is still taken.
void SessionTable::State::cut_slow(Session& session) {
  ++meter.profiles[session.profile_index].slow_consumers;
  services.log->write_rarely(
      "limit outbox_bytes", Level::warn, "slow consumer cut",
      {{"limit", "outbox_bytes"}, {"profile", session.profile->name}, {"address", session.address()}});
  end(session, {1013, "slow consumer: limit outbox_bytes"}, std::nullopt);
}

void SessionTable::State::authenticated(Session& session, auth::IdentityPtr identity) {
  leave_built_in(session, "user");
  const bool somebody = !identity->user.empty();
  session.who = somebody ? std::move(identity) : nullptr;
  if (session.profile->uses_user_topics) join_built_in(session, "user", session.user());
  if (somebody && session.who->expires) {
    const double left = *session.who->expires - services.clock->unix_seconds();
    const double bounded = std::clamp(left, 0.0, 30.0 * 24 * 3600);  // looked at again when it comes
    timers.remove(session.token_timer);
    later(session, TimerKind::token_expiry, Millis(static_cast<std::int64_t>(bounded * 1000) + 1), session.token_timer);
  }
}

void SessionTable::State::take_role(Session& session, profile::RoleIndex role) {
  const bool same = session.current_role == role && session.phase != Session::Phase::opening;
  session.current_role = role;
  if (same || !session.profile->uses_role_topics) return;
  leave_built_in(session, "role");
  join_built_in(session, "role", session.profile->role_name(role));
}

void SessionTable::State::join_built_in(Session& session, std::string_view family, std::string_view name) {
  const auto topic = rules::built_in_topic(*session.profile, family, name);
  if (!topic) return;
  join(session, *topic, true);
}

void SessionTable::State::leave_built_in(Session& session, std::string_view family) {
  for (Membership& membership : session.memberships) {
    if (membership.built_in && membership.topic().family() == family) {
      leave(session, membership);
      return;
    }
  }
}

void SessionTable::State::join(Session& session, const Topic& topic, bool built_in) {
  LocalTopic& local = topics.at(topic);
  const std::uint64_t since =
      local.members.empty() ? services.exchange->listen(topic, worker) : services.exchange->sequence(topic);
  Membership membership;
  membership.local = &local;
  membership.index = static_cast<std::uint32_t>(local.members.size());
  membership.built_in = built_in;
  local.members.push_back({session.id().slot, since});
  session.memberships.push_back(std::move(membership));
  to_replay.push_back({topic, since, 0});
}

void SessionTable::State::leave(Session& session, Membership& membership) {
  if (membership.claim) {
    services.exchange->release(*membership.claim, session.id());
  } else {
    LocalTopic* local = membership.local;
    const Topic topic = local->topic;
    const auto is_of_it = [&](const Replays::One& one) { return one.topic == topic; };
    std::erase_if(to_replay, is_of_it);
    if (session.replays) std::erase_if(session.replays->topics, is_of_it);
    const std::uint32_t at = membership.index;
    const LocalTopics::Left left = topics.leave(*local, at);
    if (left.moved) {
      for (Membership& moved : slots[*left.moved]->memberships) {
        if (moved.local == local) moved.index = at;
      }
    }
    if (left.topic_gone) services.exchange->unlisten(topic, worker);
  }
  session.memberships.erase(session.memberships.begin() + (&membership - session.memberships.data()));
}

void SessionTable::State::leave_all(Session& session) {
  while (!session.memberships.empty()) leave(session, session.memberships.back());
}

void SessionTable::State::deliver(const Delivery& delivery) {
  LocalTopic* local = topics.find(*delivery.topic);
  if (!local) return;
  for (std::size_t i = 0; i < local->members.size(); ++i) {
    const Member& member = local->members[i];
    Session& session = *slots[member.slot];
    if (member.since >= delivery.sequence || session.id() == delivery.except) continue;
    push(session, delivery.frame);
  }
}

void SessionTable::State::direct(const Direct& direct) {
  Session* session = find(direct.to);
  switch (direct.kind) {
    case Direct::Kind::frame:
      if (!session || (direct.topic && !Topic::is_of(*direct.topic, session->profile->name))) return;
      return push(*session, direct.frame);
    case Direct::Kind::evict: {
      if (!session) return;
      const auto lost = std::find_if(session->memberships.begin(), session->memberships.end(),
                                     [&](const Membership& m) { return m.claim && m.claim->key == *direct.topic; });
      if (lost != session->memberships.end()) session->memberships.erase(lost);
      return end(*session, {close_code(Reason::taken), "replaced by a new connection"}, Dropped::replaced);
    }
    case Direct::Kind::probe:
      return ask_for_life(session, direct);
    case Direct::Kind::alive:
    case Direct::Kind::dead:
      if (session) turns.owner_answered(session->turn, *direct.topic, direct.kind == Direct::Kind::alive);
      return;
  }
}

void SessionTable::deliver(const Delivery& delivery) {
  state_->deliver(delivery);
  state_->settle();
}

void SessionTable::direct(const Direct& direct) {
  state_->direct(direct);
  state_->settle();
}

void SessionTable::too_slow(SessionId id) {
  if (Session* session = state_->find_live(id)) state_->cut_slow(*session);
  state_->settle();
}

}  // namespace polygate::session
