#include "gateway/session/hearing.h"

#include <algorithm>
#include <memory>

#include "gateway/routing/load.h"

namespace polygate::session {

void Hearing::hear(Session& session, const Direct& direct) {
  if (direct.topic && !Topic::is_of(*direct.topic, session.profile->name)) return;
  if (direct.fence == 0 || session.find(direct.fence) != nullptr) {
    return direct.order ? obey(session, direct.order) : hear(session, direct.frame);
  }
  if (may_gain(session, direct.fence)) hold(session, {nullptr, {}, direct.fence, direct.frame, direct.order});
}

void Hearing::obey(Session& session, const std::vector<OrderPtr>& orders, std::vector<Replays::One>& replays) {
  if (orders.empty()) return;
  for (const OrderPtr& order : orders) obey(session, order);
  std::erase_if(replays, [&](const Replays::One& one) { return session.ending || session.find(one.topic) == nullptr; });
}

void Hearing::hold(Session& session, Early::One one) {
  if (session.ending && !one.order) return;
  if (!session.early) session.early = std::make_unique<Early>();
  const std::size_t weight = (one.frame ? one.frame->weight() : 0) + kWaitingFrame;
  // Behind its own copies stands as much as may lie in its worker's mailbox: that is no slowness of its peer.
  const std::size_t most = session.profile->limits.outbox_bytes + Load::kHighBytes;
  if (session.early->weight + weight > most) return endings_.cut_slow(session);
  session.early->weight += weight;
  session.early->all.push_back(std::move(one));
}

void Hearing::hear_early(Session& session) {
  if (!session.early || session.is_joining) return;
  const std::unique_ptr<Early> early = std::exchange(session.early, nullptr);
  const auto take = [&](const Early::One& one) {
    return one.order ? obey(session, one.order) : hear(session, one.frame);
  };
  for (Early::One& one : early->all) {
    if (one.topic != nullptr) {
      const auto its = std::find_if(session.memberships.begin(), session.memberships.end(),
                                    [&](const Membership& each) { return each.local == one.topic; });
      if (its == session.memberships.end()) continue;  // what came before has ordered it to leave
      const Member& member = one.topic->members[its->index];
      if (member.is_joining) {
        hold(session, std::move(one));
      } else if (one.position > member.since) {
        take(one);
      }
    } else if (one.fence == 0 || session.find(one.fence) != nullptr) {
      take(one);
    } else if (may_gain(session, one.fence)) {
      hold(session, std::move(one));
    }
  }
}

void Hearing::forget(Session& session, const LocalTopic& topic) {
  if (session.early) std::erase_if(session.early->all, [&](const Early::One& one) { return one.topic == &topic; });
}

bool Hearing::may_gain(const Session& session, Fence fence) {
  const turns::Turn* turn = turns_.find(session.turn);
  return turn != nullptr && turn->may_gain(fence);
}

}  // namespace polygate::session
