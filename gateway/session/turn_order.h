#pragma once
#include "gateway/dialect/dialect.h"
#include "gateway/session/common.h"
#include "gateway/session/endings.h"
#include "gateway/session/events.h"
#include "gateway/session/lifetimes.h"
#include "gateway/session/paused.h"
#include "gateway/session/sessions.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// The order of each session's turns, one at a time: its `opened` rules, what it says, its `closed` rules; then it is
/// freed.
class TurnOrder {
 public:
  TurnOrder(Common& common, Sessions& sessions, Paused& paused, Endings& endings, Events& events, Lifetimes& lifetimes,
            turns::TurnTable& turns);

  /// Takes one message, or lets it wait. False: the session is full.
  bool receive(Session& session, const dialect::Message& message);
  /// The opened or closed rules, one after the other, until one waits.
  void take_phase_rules(Session& session);
  /// The next turn of the session, and the one after, until one waits or there is none. May free it.
  void go_on(Session& session);
  /// The one that paused first takes one turn; what else it has said waits behind the others that had paused.
  bool go_on_paused();
  /// It has had its time: what waits is dropped, and a turn in flight goes on for nobody.
  void give_up(Session& session);

 private:
  void take_ordered(Session& session);
  void take_one_waiting(Session& session);
  void take_waiting(Session& session);

  Common& common_;
  Sessions& sessions_;
  Paused& paused_;
  Endings& endings_;
  Events& events_;
  Lifetimes& lifetimes_;
  turns::TurnTable& turns_;
};

}  // namespace polygate::session
