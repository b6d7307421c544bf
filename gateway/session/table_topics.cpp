// Who is on which topic, and what comes from there.
#include <algorithm>
#include <utility>

#include "gateway/rules/render.h"
#include "gateway/session/table.h"

namespace polygate::session {

Membership* SessionTable::State::find_built_in(Session& session, std::string_view family) {
  for (Membership& membership : session.memberships) {
    if (membership.built_in && membership.topic().family() == family) return &membership;
  }
  return nullptr;
}

void SessionTable::State::join_built_in(Session& session, std::string_view family, std::string_view name) {
  const auto topic = rules::built_in_topic(*session.profile, family, name);
  if (!topic) return;
  join(session, *topic, true);
}

void SessionTable::State::leave_built_in(Session& session, std::string_view family) {
  if (Membership* membership = find_built_in(session, family)) leave(session, *membership, {});
}

/// It is a member from now on; what it hears is known when ask_to_join() is answered.
void SessionTable::State::join(Session& session, const Topic& topic, bool built_in) {
  LocalTopic& local = topics.at(topic);
  Membership membership;
  membership.local = &local;
  membership.index = static_cast<std::uint32_t>(local.members.size());
  membership.built_in = built_in;
  local.members.push_back({session.id().slot, true, {}});
  session.memberships.push_back(std::move(membership));
  to_join.push_back(topic);
}

/// For all that join() was called for. A session has one such question open at a time.
void SessionTable::State::ask_to_join(const Session& session, Done<Exchange::AllJoined> done) {
  const std::size_t weight = session.profile->limits.outbox_bytes / 2;  // as much as is said at once
  services.exchange->join(worker, std::exchange(to_join, {}), weight, std::move(done));
}

/// The answer to that. Returns what is to be replayed; until that is done nothing else may come.
std::vector<Replays::One> SessionTable::State::arrive(Session& session, Exchange::AllJoined& all) {
  std::vector<Replays::One> replays;
  auto joined = all.begin();
  for (const Membership& membership : session.memberships) {
    if (joined == all.end()) break;
    if (membership.local == nullptr) continue;
    Member& member = membership.local->members[membership.index];
    if (!std::exchange(member.is_joining, false)) continue;
    member.since = joined->position;
    if (!joined->kept.kept.empty() || joined->kept.has_more) {
      replays.push_back({membership.topic(), joined->position, std::move(joined->kept), 0, {}});
    }
    ++joined;
  }
  return replays;
}

void SessionTable::State::leave(Session& session, Membership& membership, Done<> done) {
  bool had_asked = false;
  if (membership.claim) {
    services.exchange->release(worker, *membership.claim, membership.fence, std::move(done));
  } else {
    LocalTopic* local = membership.local;
    const Topic topic = local->topic;
    if (session.replays) {
      auto& replayed = session.replays->topics;
      had_asked = session.replays->question != 0 && replayed.front().topic == topic;
      if (had_asked) session.replays->question = 0;
      std::erase_if(replayed, [&](const Replays::One& one) { return one.topic == topic; });
    }
    if (session.early) std::erase_if(session.early->all, [&](const Early::One& one) { return one.topic == local; });
    const std::uint32_t at = membership.index;
    const LocalTopics::Left left = topics.leave(*local, at);
    if (left.moved) {
      for (Membership& moved : sessions.at(*left.moved).memberships) {
        if (moved.local == local) moved.index = at;
      }
    }
    if (left.topic_gone) {
      services.exchange->leave(worker, topic, std::move(done));
    } else {
      done();
    }
  }
  session.memberships.erase(session.memberships.begin() + (&membership - session.memberships.data()));
  if (had_asked) go_on_replaying(session);
}

void SessionTable::State::leave_all(Session& session) {
  while (!session.memberships.empty()) leave(session, session.memberships.back(), {});
}

void SessionTable::State::deliver(const Delivery& delivery) {
  LocalTopic* local = topics.find(*delivery.topic);
  if (!local) return;
  for (std::size_t i = 0; i < local->members.size(); ++i) {
    const Member& member = local->members[i];
    Session& session = sessions.at(member.slot);
    if (session.id() == delivery.except) continue;
    if (member.is_joining) {
      hold(session, {local, delivery.position, 0, delivery.frame});
    } else if (delivery.position > member.since) {
      hear(session, delivery.frame);
    }
  }
}

void SessionTable::State::direct(const Direct& direct) {
  Session* session = sessions.find(direct.to);
  switch (direct.kind) {
    case Direct::Kind::frame:
      if (!session || (direct.topic && !Topic::is_of(*direct.topic, session->profile->name))) return;
      if (direct.fence == 0 || session->find(direct.fence) != nullptr) return hear(*session, direct.frame);
      if (may_gain(*session, direct.fence)) hold(*session, {nullptr, {}, direct.fence, direct.frame});
      return;
    case Direct::Kind::evict:
      if (session) lose(*session, direct.fence);
      return;
    case Direct::Kind::probe:
      return ask_for_life(session, direct);
    case Direct::Kind::alive:
    case Direct::Kind::dead:
      if (session) turns.owner_answered(session->turn, *direct.topic, direct.kind == Direct::Kind::alive);
      return;
  }
}

/// Its claim went to another. The claim of a turn in flight is no membership yet; perhaps its gain is not even known.
void SessionTable::State::lose(Session& session, Fence fence) {
  if (const Membership* lost = session.find(fence)) {
    session.memberships.erase(session.memberships.begin() + (lost - session.memberships.data()));
  } else if (turns::Turn* turn = turns.find(session.turn)) {
    if (!may_gain(session, fence)) return;
    turn->lost = std::max(turn->lost, fence);
    if (turn->fence != fence) return;
  } else {
    return;  // it had given it back
  }
  endings.replaced(session);
}

bool SessionTable::State::may_gain(const Session& session, Fence fence) {
  const turns::Turn* turn = turns.find(session.turn);
  return turn != nullptr && turn->claims && (turn->fence == 0 || turn->fence == fence);
}

/// What others say.
void SessionTable::State::hear(Session& session, const FramePtr& frame) {
  if (session.is_joining || session.is_changing) return hold(session, {nullptr, {}, 0, frame});
  push(session, frame);
}

void SessionTable::State::hold(Session& session, Early::One one) {
  if (session.ending) return;
  if (!session.early) session.early = std::make_unique<Early>();
  const std::size_t weight = one.frame->weight() + kWaitingFrame;
  if (session.early->weight + weight > session.profile->limits.outbox_bytes) return endings.cut_slow(session);
  session.early->weight += weight;
  session.early->all.push_back(std::move(one));
}

/// As far as it is known now what is for it.
void SessionTable::State::hear_early(Session& session) {
  if (!session.early || session.is_joining) return;
  const std::unique_ptr<Early> early = std::exchange(session.early, nullptr);
  for (Early::One& one : early->all) {
    if (one.topic != nullptr) {
      const auto its = std::find_if(session.memberships.begin(), session.memberships.end(),
                                    [&](const Membership& each) { return each.local == one.topic; });
      const Member& member = one.topic->members[its->index];
      if (member.is_joining) {
        hold(session, std::move(one));
      } else if (one.position > member.since) {
        hear(session, one.frame);
      }
    } else if (one.fence == 0 || session.find(one.fence) != nullptr) {
      hear(session, one.frame);
    } else if (may_gain(session, one.fence)) {
      hold(session, std::move(one));
    }
  }
}

}  // namespace polygate::session
