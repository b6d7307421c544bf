#include "gateway/session/replies.h"

#include <string>
#include <utility>
#include <vector>

#include "gateway/base/reason.h"
#include "gateway/session/memberships.h"

namespace polygate::session {

void Replies::tell(Session& session, turns::Turn& turn) {
  session.turn = {};
  session.is_changing = false;
  std::vector<Replays::One> replays = Memberships::arrive(session, turn.joined);
  if (!turn.published.pressed.empty() && !session.ending && !session.paused) {
    paused_.add(session, std::move(turn.published.pressed));
  }
  rules::Effects& effects = turn.run->effects();
  for (FramePtr& reply : effects.replies) replayer_.push(session, std::move(reply));
  obey(session, turn, replays);
  replayer_.replay(session, std::move(replays));
  if (!turn.published.not_kept.empty()) {
    const Exchange::NotKept& first = turn.published.not_kept.front();
    const std::string why = first.limit == KeptLimit::definition
                                ? "the whole would break its definition"
                                : "limit " + std::string(name(first.limit)) + " reached";
    const Failure failure{Reason::limited, (first.refused ? "not sent: " : "not kept: ") + why};
    for (FramePtr& frame : turn.run->tell(failure, turns_.scratch())) replayer_.push(session, std::move(frame));
  }
  hearing_.hear_early(session);
  close(session, effects);
  if (turn.fence != 0 && turn.fence <= turn.lost) endings_.replaced(session);
}

/// What stood on the topics that the turn has joined, and was given since it began.
void Replies::obey(Session& session, const turns::Turn& turn, std::vector<Replays::One>& replays) {
  std::vector<OrderPtr> orders = turn.orders;
  for (const Exchange::Joined& joined : turn.joined) {
    for (const OrderPtr& order : joined.orders) {
      if (turn.obeys(*order)) orders.push_back(order);
    }
  }
  hearing_.obey(session, orders, replays);
}

void Replies::say(Session& session, rules::Effects& effects) {
  for (FramePtr& reply : effects.replies) replayer_.push(session, std::move(reply));
  hearing_.hear_early(session);
  close(session, effects);
}

void Replies::close(Session& session, const rules::Effects& effects) {
  if (effects.close) endings_.end_behind(session, {effects.close->code, effects.close->reason}, Dropped::closed);
}

}  // namespace polygate::session
