#pragma once
#include "gateway/dialect/dialect.h"
#include "gateway/session/common.h"
#include "gateway/session/dispatch.h"
#include "gateway/session/endings.h"
#include "gateway/session/identities.h"
#include "gateway/session/replies.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// Makes turns: of what sessions say, and of rules that none of it has called for. Whether it is their turn is up to
/// TurnOrder.
class Events {
 public:
  Events(Common& common, const Dispatch& dispatch, Identities& identities, Endings& endings, Replies& replies,
         turns::TurnTable& turns);

  /// One whole message: decoded, charged, and taken through the rule of its event; or answered, when it meets none.
  void take(Session& session, const dialect::Message& message);
  /// One of the opened or closed rules.
  void take(Session& session, const profile::Rule& rule);
  /// A rule that is made for this once.
  void take(Session& session, std::unique_ptr<const profile::Rule> rule);

 private:
  turns::Turn& make(Session& session);
  void begin(Session& session, turns::Turn& turn);
  void break_off(Session& session, turns::Turn& turn, const Failure& failure);
  void refuse(Session& session, turns::Turn& turn, const Failure& failure);

  Common& common_;
  const Dispatch& dispatch_;
  Identities& identities_;
  Endings& endings_;
  Replies& replies_;
  turns::TurnTable& turns_;
};

}  // namespace polygate::session
