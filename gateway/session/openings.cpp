#include "gateway/session/openings.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace polygate::session {

Openings::Openings(Sessions& sessions, Endings& endings, Replayer& replayer, Hearing& hearing, Memberships& memberships,
                   Lifetimes& lifetimes, TurnOrder& turn_order)
    : sessions_(sessions),
      endings_(endings),
      replayer_(replayer),
      hearing_(hearing),
      memberships_(memberships),
      lifetimes_(lifetimes),
      turn_order_(turn_order) {}

SessionId Openings::open(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                         auth::IdentityPtr identity) {
  Session& session = lifetimes_.make(profile, endpoint, std::move(opening), std::move(identity));
  const SessionId id = session.id();
  session.is_joining = true;
  if (memberships_.has_to_ask()) {
    memberships_.ask(session, [this, id, began = memberships_.ordered()](Exchange::AllJoined all) {
      opened(id, std::move(all), began);
    });
  } else {
    opened(id, {}, 0);
  }
  return id;
}

/// It is on its first topics. What these kept comes behind what its opened rules say at once, and what is said on them
/// behind that.
void Openings::opened(SessionId id, Exchange::AllJoined all, std::uint64_t began) {
  Session* found = sessions_.find(id);
  if (found == nullptr || !found->is_joining) return;
  Session& session = *found;
  std::vector<Replays::One> replays = Memberships::arrive(session, all);
  turn_order_.take_phase_rules(session);
  session.is_joining = false;
  std::erase_if(replays, [&](const Replays::One& one) {
    const Membership* still = session.find(one.topic);
    return still == nullptr || still->local->members[still->index].since != one.since;
  });
  std::vector<OrderPtr> orders;
  for (const Exchange::Joined& joined : all) {
    std::copy_if(joined.orders.begin(), joined.orders.end(), std::back_inserter(orders),
                 [began](const OrderPtr& order) { return order->number > began; });
  }
  hearing_.obey(session, orders, replays);
  replayer_.replay(session, std::move(replays));
  hearing_.hear_early(session);
  turn_order_.go_on(session);
  endings_.settle();
}

}  // namespace polygate::session
