#pragma once
#include "gateway/session/common.h"
#include "gateway/session/endings.h"
#include "gateway/session/hearing.h"
#include "gateway/session/memberships.h"
#include "gateway/session/sessions.h"
#include "gateway/session/turn_order.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// What sessions are told to do by the rules of others (`others`).
class Orders {
 public:
  Orders(Sessions& sessions, Endings& endings, Hearing& hearing, Memberships& memberships, TurnOrder& turn_order,
         turns::TurnTable& turns)
      : sessions_(sessions),
        endings_(endings),
        hearing_(hearing),
        memberships_(memberships),
        turn_order_(turn_order),
        turns_(turns) {}

  /// For everybody on a topic.
  void deliver(const Delivery& delivery);
  /// For one session, or for whoever holds the fence.
  void direct(Session& session, const Direct& direct);
  /// Carries it out. What is to be joined is joined by a turn, when the one that is in flight is done.
  void obey(Session& session, const OrderPtr& order);

 private:
  void leave(Session& session, const Order& order);

  Sessions& sessions_;
  Endings& endings_;
  Hearing& hearing_;
  Memberships& memberships_;
  TurnOrder& turn_order_;
  turns::TurnTable& turns_;
};

}  // namespace polygate::session
