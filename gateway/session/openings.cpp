#include "gateway/session/openings.h"

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
    memberships_.ask(session, [this, id](Exchange::AllJoined all) { opened(id, std::move(all)); });
  } else {
    opened(id, {});
  }
  return id;
}

/// It is on its first topics. What these kept comes behind what its opened rules say at once, and what is said on them
/// behind that.
void Openings::opened(SessionId id, Exchange::AllJoined all) {
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
  replayer_.replay(session, std::move(replays));
  hearing_.hear_early(session);
  turn_order_.go_on(session);
  endings_.settle();
}

}  // namespace polygate::session
