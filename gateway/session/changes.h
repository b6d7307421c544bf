#pragma once
#include "gateway/session/claims.h"
#include "gateway/session/common.h"
#include "gateway/session/identities.h"
#include "gateway/session/memberships.h"
#include "gateway/session/paused.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// Applies what a turn does, but what its sender hears (Replies): begun here in the language's order, one call of the
/// Exchange behind the other, and waited for together by the turn.
class Changes {
 public:
  Changes(Common& common, Paused& paused, Claims& claims, Memberships& memberships, Identities& identities,
          turns::TurnTable& turns);

  void begin(Session& session, turns::Turn& turn);
  /// What others hear of it: all that a turn does for nobody.
  void publish(turns::Turn& turn);

 private:
  void note_published(std::uint16_t profile, Exchange::Published& published, Paused::Moment asked);

  Common& common_;
  Paused& paused_;
  Claims& claims_;
  Memberships& memberships_;
  Identities& identities_;
  turns::TurnTable& turns_;
};

}  // namespace polygate::session
