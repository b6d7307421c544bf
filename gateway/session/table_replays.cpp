// What topics kept before a session came, said to it as its outbox drains.
#include <algorithm>
#include <utility>

#include "gateway/session/table.h"

namespace polygate::session {

void SessionTable::State::replay(Session& session, std::vector<Replays::One> joined) {
  if (joined.empty() || session.ending) return;
  if (!session.replays) session.replays = std::make_unique<Replays>();
  std::move(joined.begin(), joined.end(), std::back_inserter(session.replays->topics));
  if (session.carrier == nullptr) {
    while (session.replays) replay_some(session, true);  // into its history, which is bounded
  } else if (session.carrier->has_room()) {
    replay_some(session, false);
  } else {
    session.carrier->tell_when_drained();
  }
}

/// As much as half of what may wait for the peer; a message larger than that only when nothing waits.
void SessionTable::State::replay_some(Session& session, bool is_drained) {
  Room room{session.profile->limits.outbox_bytes / 2, is_drained};
  while (session.replays && !session.replays->topics.empty() && push_kept(session, room)) continue;
  while (session.replays && session.replays->topics.empty() && !session.replays->behind.empty()) {
    Replays& replays = *session.replays;
    const std::size_t weight = replays.behind.front()->weight();
    if (!room.take(weight + kWaitingFrame)) break;
    FramePtr frame = std::move(replays.behind.front());
    replays.behind.pop_front();
    replays.behind_weight -= weight;
    hand_over(session, std::move(frame));
  }
  if (!session.replays) return;  // it has ended
  if (session.replays->topics.empty() && session.replays->behind.empty()) {
    session.replays.reset();
  } else if (session.carrier != nullptr) {
    session.carrier->tell_when_drained();
  }
}

/// Of the first topic. False: there is no more room.
bool SessionTable::State::push_kept(Session& session, Room& room) {
  Replays::One& one = session.replays->topics.front();
  std::vector<Kept> kept =
      services.exchange->kept(one.topic, {one.after, one.since, std::max<std::size_t>(room.left, 1)});
  for (Kept& each : kept) {
    if (!room.take(each.frame->weight() + kWaitingFrame)) return false;
    one.after = each.sequence;
    hand_over(session, std::move(each.frame));
    if (session.ending) return false;
  }
  if (kept.empty()) session.replays->topics.pop_front();
  return true;
}

void SessionTable::State::push_behind(Session& session, FramePtr frame) {
  Replays& replays = *session.replays;
  if (replays.behind_weight + frame->weight() > session.profile->limits.outbox_bytes) return cut_slow(session);
  replays.behind_weight += frame->weight();
  replays.behind.push_back(std::move(frame));
}

void SessionTable::drained(SessionId id) {
  Session* session = state_->find_live(id);
  if (session && session->replays && session->carrier != nullptr) state_->replay_some(*session, true);
  state_->settle();
}

}  // namespace polygate::session
