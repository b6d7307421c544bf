#include <algorithm>

#include "gateway/profile/render.h"
#include "gateway/session/table.h"

namespace polygate::session {
/// Everything that a rule does, in the language's order. What a session joined here is replayed to it last.
void SessionTable::State::apply(Session& session, profile::Effects& effects) {
  if (effects.identity) authenticated(session, std::move(effects.identity));
  if (effects.role) take_role(session, *effects.role);
  if (effects.variables.is_object()) session.set(effects.variables);
  for (Topic& topic : effects.claimed) {
    Membership membership;
    membership.claim = std::make_unique<Topic>(std::move(topic));
    session.memberships.push_back(std::move(membership));
  }
  for (const Topic& topic : effects.join) {
    if (session.inside(topic)) continue;
    if (LocalTopic* joined = join(session, topic, false)) to_replay.emplace_back(&session, joined);
  }
  for (profile::Outgoing& send : effects.sends) {
    const Exchange::Published sent = services.exchange->publish(send.topic, send.frame, send.sending);
    if (sent.not_kept) {  // the Exchange has counted it
      const std::string_view limit = name(*sent.not_kept);
      services.log->write_rarely(limit, Level::warn, "a message was sent and not kept",
                                 {{"limit", limit}, {"profile", session.profile->name}, {"topic", send.topic.text()}});
    }
  }
  for (const Topic& topic : effects.leave) {
    // Joined by the same rule: it stays, however the two were named.
    if (std::find(effects.join.begin(), effects.join.end(), topic) != effects.join.end()) continue;
    if (Membership* membership = session.find(topic)) leave(session, *membership);
  }
  for (FramePtr& reply : effects.replies) push(session, std::move(reply));
  const auto joined = std::exchange(to_replay, {});
  for (const auto& [who, topic] : joined) replay(*who, *topic);
  if (effects.close) doom(session, effects.close->code, std::move(effects.close->reason));
}

void SessionTable::State::push(Session& session, FramePtr frame) {
  if (session.phase > Session::Phase::open) return;
  const auto& limits = session.profile->limits;
  if (frame->utterance() != nullptr) {
    if (const Question* question = frame->utterance()->question()) remember(session, *question);
  }
  if (session.recovery) note_said(session, frame);
  if (session.is_detached()) return;
  if (session.line != nullptr) {
    if (!session.line->push(session.id(), std::move(frame))) return cut_slow(session);
    ++meter.profiles[session.profile_index].delivered;
    return;
  }
  const bool was_empty = session.outbox.empty();
  const std::string_view bytes = frame->bytes();
  if (!session.outbox.push(std::move(frame), bytes, limits.outbox_bytes, limits.outbox_frames)) {
    return cut_slow(session);
  }
  ++meter.profiles[session.profile_index].delivered;
  if (was_empty) carrier.output(session.id());
}

/// A peer that never acknowledges loses the oldest of the questions that it owes an answer to.
void SessionTable::State::remember(Session& session, const Question& question) {
  constexpr std::size_t kMaxQuestions = 64;
  if (!session.questions) session.questions = std::make_unique<std::deque<Question>>();
  if (session.questions->size() == kMaxQuestions) session.questions->pop_front();
  session.questions->push_back(question);
}

void SessionTable::State::cut_slow(Session& session) {
  ++meter.profiles[session.profile_index].slow_consumers;
  services.log->write_rarely("limit outbox_bytes", Level::warn, "slow consumer cut",
                             {{"limit", "outbox_bytes"},
                              {"profile", session.profile->name},
                              {"bytes", static_cast<std::int64_t>(session.outbox.bytes())},
                              {"address", session.address()}});
  session.outbox.drop_unstarted();
  doom(session, 1013, "slow consumer: limit outbox_bytes");
}

void SessionTable::State::authenticated(Session& session, auth::IdentityPtr identity) {
  leave_built_in(session, "user");
  const bool somebody = !identity->user.empty();
  session.who = somebody ? std::move(identity) : nullptr;
  if (session.profile->uses_user_topics) join_built_in(session, "user", session.user());
  if (somebody && session.who->expires) {
    const double left = *session.who->expires - services.clock->unix_seconds();
    const double bounded = std::clamp(left, 0.0, 30.0 * 24 * 3600);  // looked at again when it comes
    later(session, TimerKind::token_expiry, Millis(static_cast<std::int64_t>(bounded * 1000) + 1), 0);
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
  const auto topic = profile::built_in_topic(*session.profile, family, name);
  if (!topic) return;
  if (LocalTopic* joined = join(session, *topic, true)) to_replay.emplace_back(&session, joined);
}

void SessionTable::State::leave_built_in(Session& session, std::string_view family) {
  for (Membership& membership : session.memberships) {
    if (membership.built_in && membership.topic().family() == family) {
      leave(session, membership);
      return;
    }
  }
}

LocalTopic* SessionTable::State::join(Session& session, const Topic& topic, bool built_in) {
  LocalTopic& local = topics.at(topic);
  const std::uint64_t since =
      local.members.empty() ? services.exchange->listen(topic, worker) : services.exchange->sequence(topic);
  Membership membership;
  membership.local = &local;
  membership.index = static_cast<std::uint32_t>(local.members.size());
  membership.built_in = built_in;
  local.members.push_back({session.id().slot, since});
  session.memberships.push_back(std::move(membership));
  return &local;
}

void SessionTable::State::leave(Session& session, Membership& membership) {
  if (membership.claim) {
    services.exchange->release(*membership.claim, session.id());
  } else {
    LocalTopic* local = membership.local;
    std::erase_if(to_replay, [&](const auto& entry) { return entry.first == &session && entry.second == local; });
    const Topic topic = local->topic;
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

/// What the topic kept before the session came; what is newer reached it as a member.
void SessionTable::State::replay(Session& session, LocalTopic& topic) {
  for (const Membership& membership : session.memberships) {
    if (membership.local != &topic) continue;
    const std::uint64_t since = topic.members[membership.index].since;
    for (Kept& kept : services.exchange->kept(topic.topic, since)) push(session, std::move(kept.frame));
    return;
  }
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
  Session* session = find_live(direct.to);
  switch (direct.kind) {
    case Direct::Kind::frame:
      if (!session || (direct.topic && !Topic::is_of(*direct.topic, session->profile->name))) return;
      push(*session, direct.frame);
      return;
    case Direct::Kind::evict: {
      if (!session) return;
      const auto lost = std::find_if(session->memberships.begin(), session->memberships.end(),
                                     [&](const Membership& m) { return m.claim && m.claim->key == *direct.topic; });
      if (lost != session->memberships.end()) session->memberships.erase(lost);
      doom(*session, close_code(Reason::taken), "replaced by a new connection");
      return;
    }
    case Direct::Kind::probe:
      if (!session || session->is_detached()) {
        Direct answer;
        answer.kind = Direct::Kind::dead;
        answer.to = direct.asker;
        answer.topic = direct.topic;
        services.exchange->direct(std::move(answer));
        return;
      }
      session->askers.push_back(direct.asker);
      session->asked_topic = direct.topic;
      carrier.probe(session->id());
      return;
    case Direct::Kind::alive:
      owner_is_alive(direct);
      return;
    case Direct::Kind::dead:
      if (session && session->probed && session->probed->key == *direct.topic) probe_failed(*session);
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
