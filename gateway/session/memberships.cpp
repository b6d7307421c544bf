#include "gateway/session/memberships.h"

#include <utility>

#include "gateway/session/attending.h"

namespace polygate::session {

void Memberships::join(Session& session, const Topic& topic, bool built_in) {
  LocalTopic& local = topics_.at(topic);
  Membership membership;
  membership.local = &local;
  membership.index = static_cast<std::uint32_t>(local.members.size());
  membership.built_in = built_in;
  membership.is_value = topic.is_value;
  membership.of_opening = session.phase == Session::Phase::opening;
  local.members.push_back({session.id().slot, true, {}});
  session.memberships.push_back(std::move(membership));
  to_join_.push_back(topic);
  if (local.members.size() == 1 && !session.profile->presence.empty()) firsts_.push_back(topic);
}

void Memberships::ask(const Session& session, Done<Exchange::AllJoined> done) {
  const std::size_t weight = session.profile->limits.outbox_bytes / 2;  // as much as is said at once
  common_.services.exchange->join(common_.worker, std::exchange(to_join_, {}), weight, std::move(done));
  // Only now, when it is what its turn makes of it.
  for (const Topic& topic : std::exchange(firsts_, {})) tell_came(common_, session, topic);
}

std::vector<Replays::One> Memberships::arrive(Session& session, Exchange::AllJoined& all) {
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

void Memberships::arrive(Session& session) {
  for (const Membership& membership : session.memberships) {
    if (membership.local != nullptr) membership.local->members[membership.index].is_joining = false;
  }
}

void Memberships::leave(Session& session, Membership& membership, Done<> done) {
  bool is_to_go_on = false;
  if (membership.claim) {
    common_.services.exchange->release(common_.worker, *membership.claim, membership.fence, std::move(done));
    tell_went(common_, session, *membership.claim);
  } else {
    LocalTopic* local = membership.local;
    const Topic topic = local->topic;
    is_to_go_on = Replayer::forget(session, topic);
    Hearing::forget(session, *local);
    const std::uint32_t at = membership.index;
    const LocalTopics::Left left = topics_.leave(*local, at);
    if (left.moved) {
      for (Membership& moved : sessions_.at(*left.moved).memberships) {
        if (moved.local == local) moved.index = at;
      }
    }
    if (left.topic_gone) {
      common_.services.exchange->leave(common_.worker, topic, std::move(done));
      tell_went(common_, session, topic);
    } else {
      done();
    }
  }
  session.memberships.erase(session.memberships.begin() + (&membership - session.memberships.data()));
  if (is_to_go_on) replayer_.go_on(session);
}

void Memberships::leave_all(Session& session) {
  while (!session.memberships.empty()) leave(session, session.memberships.back(), {});
}

std::vector<SessionId> Memberships::on(const Topic& topic) {
  std::vector<SessionId> ids;
  const LocalTopic* local = topics_.find(topic.key);
  if (local == nullptr) return ids;
  for (const Member& member : local->members) ids.push_back(sessions_.at(member.slot).id());
  return ids;
}

void Memberships::deliver(const Delivery& delivery) {
  LocalTopic* local = topics_.find(*delivery.topic);
  if (!local) return;
  for (std::size_t i = 0; i < local->members.size(); ++i) {
    const Member& member = local->members[i];
    Session& session = sessions_.at(member.slot);
    if (session.id() == delivery.except) continue;
    if (member.is_joining) {
      hearing_.hold(session, {local, delivery.position, 0, delivery.frame});
    } else if (delivery.position > member.since) {
      hearing_.hear(session, delivery.frame);
    }
  }
}

}  // namespace polygate::session
