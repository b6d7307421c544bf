#pragma once
#include <utility>

#include "gateway/session/endings.h"
#include "gateway/session/replayer.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// What sessions hear of what others say: at once, or behind what their own turn replies when that takes effect at the
/// moment (see Early).
class Hearing {
 public:
  Hearing(Endings& endings, Replayer& replayer, turns::TurnTable& turns)
      : endings_(endings), replayer_(replayer), turns_(turns) {}

  void hear(Session& session, const FramePtr& frame) {
    if (session.is_joining || session.is_changing) return hold(session, {nullptr, {}, 0, frame});
    replayer_.push(session, frame);
  }
  /// For this session alone, or for whoever holds the fence.
  void hear(Session& session, const Direct& direct);
  /// It is not known yet whether that is for the session.
  void hold(Session& session, Early::One one);
  /// What was held, as far as it is known now what is for it.
  void hear_early(Session& session);
  /// The session leaves the topic.
  static void forget(Session& session, const LocalTopic& topic);

 private:
  bool may_gain(const Session& session, Fence fence);

  Endings& endings_;
  Replayer& replayer_;
  turns::TurnTable& turns_;
};

}  // namespace polygate::session
