#pragma once
#include "gateway/session/endings.h"
#include "gateway/session/hearing.h"
#include "gateway/session/paused.h"
#include "gateway/session/replayer.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// What comes of its turn for a session: replies, what topics kept that it has joined, then what was said meanwhile; it
/// pauses, or ends.
class Replies {
 public:
  Replies(Paused& paused, Endings& endings, Replayer& replayer, Hearing& hearing, turns::TurnTable& turns)
      : paused_(paused), endings_(endings), replayer_(replayer), hearing_(hearing), turns_(turns) {}

  /// All that the turn does has taken effect.
  void tell(Session& session, turns::Turn& turn);
  /// What a rule says that has changed nothing.
  void say(Session& session, rules::Effects& effects);

 private:
  void obey(Session& session, const turns::Turn& turn, std::vector<Replays::One>& replays);
  void close(Session& session, const rules::Effects& effects);

  Paused& paused_;
  Endings& endings_;
  Replayer& replayer_;
  Hearing& hearing_;
  turns::TurnTable& turns_;
};

}  // namespace polygate::session
