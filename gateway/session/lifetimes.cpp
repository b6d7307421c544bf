#include "gateway/session/lifetimes.h"

#include <algorithm>
#include <utility>

namespace polygate::session {

Lifetimes::Lifetimes(Common& common, Sessions& sessions, Deadlines& deadlines, Claims& claims, Memberships& memberships,
                     Identities& identities, turns::TurnTable& turns)
    : common_(common),
      sessions_(sessions),
      deadlines_(deadlines),
      claims_(claims),
      memberships_(memberships),
      identities_(identities),
      turns_(turns) {}

Session& Lifetimes::make(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                         auth::IdentityPtr identity) {
  const auto& profiles = common_.services.profiles;
  const auto profile_index = std::find(profiles.begin(), profiles.end(), profile) - profiles.begin();
  Session& session = sessions_.make(static_cast<std::uint16_t>(profile_index), profile, endpoint, std::move(opening));
  ++common_.counts(session).sessions;
  ++common_.counts(session).opened;
  identities_.begin(session, std::move(identity));
  return session;
}

void Lifetimes::free(Session& session) {
  memberships_.leave_all(session);
  claims_.answer_askers(session, Direct::Kind::dead);
  if (turns::Turn* turn = turns_.find(session.overdue)) turn->sender.parts();
  deadlines_.clear(session);
  --common_.counts(session).ending;
  --common_.counts(session).sessions;
  sessions_.free(session);
}

}  // namespace polygate::session
