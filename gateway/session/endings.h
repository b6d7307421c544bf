#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "gateway/session/common.h"
#include "gateway/session/deadlines.h"
#include "gateway/session/paused.h"
#include "gateway/session/sessions.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// Why and how sessions begin to end: one that does hears nothing from then on. What it has said before is still taken,
/// unless its right to speak has ended; its `closed` rules come behind that, when somebody calls settle().
class Endings {
 public:
  /// Takes what is left of a session, and frees it when that is all.
  using GoOn = std::function<void(Session&)>;

  Endings(Common& common, Sessions& sessions, Deadlines& deadlines, Paused& paused, turns::TurnTable& turns,
          GoOn go_on);

  /// Our own wish: its carrier closes. With `why`, what it said and is not taken yet is dropped.
  void end(Session& session, const Farewell& farewell, std::optional<Dropped> why);
  /// The same, behind what its topics kept and is still being said to it. Nothing more of what it says is taken.
  void end_behind(Session& session, const Farewell& farewell, Dropped why);
  /// What was to be said before end_behind() is said, or has had its time.
  void left(Session& session);
  /// Its peer reads too slowly. It is not read any more; what was read is still taken.
  void cut_slow(Session& session);
  /// Its claim went to another.
  void replaced(Session& session);
  /// The connection is over; with `more`, its carrier still hands over what it has read.
  void hang_up(Session& session, bool more);
  /// Its right to speak has ended.
  void silence(Session& session, Dropped why);
  /// Its carrier is none any more.
  void let_go(Session& session);

  /// Goes on with what began to end; the last thing that every entry does, because ends run rules that send.
  void settle();

 private:
  void begin(Session& session);
  void take_no_more(Session& session, Dropped why);

  Common& common_;
  Sessions& sessions_;
  Deadlines& deadlines_;
  Paused& paused_;
  turns::TurnTable& turns_;
  const GoOn go_on_;
  std::vector<SessionId> began_;
  std::vector<SessionId> settled_;  ///< those in hand; a member for its memory
  bool settling_ = false;
};

}  // namespace polygate::session
