#include "gateway/session/orders.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace polygate::session {

void Orders::deliver(const Delivery& delivery) {
  // Who obeys may leave the topic, and the topic vanish.
  const Topic topic{TopicKind::joined, false, *delivery.topic};
  for (const SessionId id : memberships_.on(topic)) {
    Session* session = sessions_.find(id);
    if (session == nullptr || id == delivery.order->except) continue;
    const Membership* its = session->find(topic);
    if (its == nullptr) continue;
    const Member& member = its->local->members[its->index];
    if (member.is_joining) {
      hearing_.hold(*session, {its->local, delivery.position, 0, nullptr, delivery.order});
    } else if (delivery.position > member.since) {
      hearing_.obey(*session, delivery.order);
      if (session->ordered) turn_order_.go_on(*session);
    }
  }
}

void Orders::direct(Session& session, const Direct& direct) {
  if (session.id() == direct.order->except) return;
  hearing_.hear(session, direct);
  if (session.ordered) turn_order_.go_on(session);
}

void Orders::obey(Session& session, const OrderPtr& order) {
  leave(session, *order);
  if (!order->join.empty() && !session.ending) {
    if (!session.ordered) session.ordered = std::make_unique<std::deque<OrderPtr>>();
    session.ordered->push_back(order);
  }
  if (order->close != 0) endings_.end_behind(session, {order->close, order->reason}, Dropped::closed);
}

/// Now, and not to come back by the turn that was in flight when it was ordered.
void Orders::leave(Session& session, const Order& order) {
  turns::Turn* turn = turns_.find(session.turn);
  for (const Topic& topic : order.leave) {
    Membership* its = session.find(topic);
    if (its != nullptr && !its->built_in) memberships_.leave(session, *its, {});
    if (turn != nullptr && turn->obeys(order)) turn->barred.push_back(topic);
  }
}

}  // namespace polygate::session
