#pragma once
#include <functional>
#include <utility>

#include "gateway/session/endings.h"
#include "gateway/session/replayer.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// What sessions hear of what others say, and obey: at once, or behind what their own turn replies when that takes
/// effect at the moment (see Early).
class Hearing {
 public:
  /// Carries out an order.
  using Obey = std::function<void(Session&, const OrderPtr&)>;

  Hearing(Endings& endings, Replayer& replayer, turns::TurnTable& turns, Obey obey)
      : endings_(endings), replayer_(replayer), turns_(turns), obey_(std::move(obey)) {}

  void hear(Session& session, const FramePtr& frame) {
    if (session.is_joining || session.is_changing) return hold(session, {nullptr, {}, 0, frame});
    replayer_.push(session, frame);
  }
  void obey(Session& session, const OrderPtr& order) {
    if (session.is_joining || session.is_changing) return hold(session, {nullptr, {}, 0, nullptr, order});
    obey_(session, order);
  }
  /// Orders that stood on topics when the session joined them: of `replays` those are left that it still hears.
  void obey(Session& session, const std::vector<OrderPtr>& orders, std::vector<Replays::One>& replays);
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
  const Obey obey_;
};

}  // namespace polygate::session
