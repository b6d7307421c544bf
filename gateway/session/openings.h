#pragma once
#include <cstdint>

#include "gateway/session/endings.h"
#include "gateway/session/hearing.h"
#include "gateway/session/lifetimes.h"
#include "gateway/session/memberships.h"
#include "gateway/session/replayer.h"
#include "gateway/session/sessions.h"
#include "gateway/session/turn_order.h"

namespace polygate::session {

/// Opens sessions: each is put on its first topics, takes its `opened` rules when it is there, and then what it has
/// said meanwhile.
class Openings {
 public:
  Openings(Sessions& sessions, Endings& endings, Replayer& replayer, Hearing& hearing, Memberships& memberships,
           Lifetimes& lifetimes, TurnOrder& turn_order);

  SessionId open(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                 auth::IdentityPtr identity);

 private:
  /// `began` is Exchange::ordered() when it asked.
  void opened(SessionId id, Exchange::AllJoined all, std::uint64_t began);

  Sessions& sessions_;
  Endings& endings_;
  Replayer& replayer_;
  Hearing& hearing_;
  Memberships& memberships_;
  Lifetimes& lifetimes_;
  TurnOrder& turn_order_;
};

}  // namespace polygate::session
