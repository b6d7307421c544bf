#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "gateway/session/common.h"
#include "gateway/session/endings.h"
#include "gateway/session/handover.h"
#include "gateway/session/sessions.h"

namespace polygate::session {

/// Says to sessions what topics kept before they came, as much at a time as their outboxes have room for; and behind
/// that what is said to them meanwhile.
class Replayer {
 public:
  Replayer(Common& common, Sessions& sessions, Endings& endings, Handover& handover)
      : common_(common), sessions_(sessions), endings_(endings), handover_(handover) {}

  /// Says one frame to the session: behind what is replayed to it, if anything is.
  void push(Session& session, FramePtr frame) {
    if (session.ending || session.is_leaving()) return;
    if (session.replays) return push_behind(session, std::move(frame));
    handover_.hand_over(session, std::move(frame));
  }

  void replay(Session& session, std::vector<Replays::One> joined);
  void go_on(Session& session);
  /// Nothing waits for the peer any more.
  void drained(Session& session) {
    if (session.replays && session.carrier != nullptr) say_some(session, true);
  }
  /// The session leaves the topic. True: it is to go on with the others.
  static bool forget(Session& session, const Topic& topic);

 private:
  struct Room;

  void say_some(Session& session, bool is_drained);
  bool say_one(Session& session, Room& room);
  bool ask_for_more(Session& session);
  void told_more(SessionId id, std::uint32_t question, KeptPart part);
  void push_behind(Session& session, FramePtr frame);

  Common& common_;
  Sessions& sessions_;
  Endings& endings_;
  Handover& handover_;
  std::uint32_t last_question_ = 0;
};

}  // namespace polygate::session
