#pragma once
#include "gateway/session/claims.h"
#include "gateway/session/common.h"
#include "gateway/session/deadlines.h"
#include "gateway/session/identities.h"
#include "gateway/session/memberships.h"
#include "gateway/session/sessions.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// Makes sessions, and frees them with all that they hold.
class Lifetimes {
 public:
  Lifetimes(Common& common, Sessions& sessions, Deadlines& deadlines, Claims& claims, Memberships& memberships,
            Identities& identities, turns::TurnTable& turns);

  /// Its first topics are still to be asked for.
  Session& make(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                auth::IdentityPtr identity);
  /// Its last rules are taken: claims and topics are given back, and its id finds nobody from now on.
  void free(Session& session);

 private:
  Common& common_;
  Sessions& sessions_;
  Deadlines& deadlines_;
  Claims& claims_;
  Memberships& memberships_;
  Identities& identities_;
  turns::TurnTable& turns_;
};

}  // namespace polygate::session
