// What topics kept before a session came, said to it as its outbox drains.
#include <algorithm>
#include <utility>

#include "gateway/session/table.h"

namespace polygate::session {

void SessionTable::State::replay(Session& session, std::vector<Replays::One> joined) {
  if (joined.empty() || session.ending) return;
  if (!session.replays) session.replays = std::make_unique<Replays>();
  std::move(joined.begin(), joined.end(), std::back_inserter(session.replays->topics));
  go_on_replaying(session);
}

void SessionTable::State::go_on_replaying(Session& session) {
  if (session.carrier == nullptr || session.carrier->has_room()) {
    replay_some(session, false);
  } else {
    session.carrier->tell_when_drained();
  }
}

/// As much as half of what may wait for the peer; a message larger than that only when nothing waits. Without a carrier
/// all of it, into the history, which is bounded.
void SessionTable::State::replay_some(Session& session, bool is_drained) {
  Room room{session.carrier == nullptr ? SIZE_MAX : session.profile->limits.outbox_bytes / 2, is_drained};
  while (session.replays && !session.replays->topics.empty() && replay_one(session, room)) continue;
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
  } else if (session.carrier != nullptr && session.replays->question == 0) {
    session.carrier->tell_when_drained();
  }
}

/// One message of the first topic. False: there is no more room, or more of it is to be told first.
bool SessionTable::State::replay_one(Session& session, Room& room) {
  Replays::One& one = session.replays->topics.front();
  if (one.said == one.part.kept.size()) {
    if (one.part.has_more) return ask_for_more(session);
    session.replays->topics.pop_front();
    return true;
  }
  Kept& next = one.part.kept[one.said];
  if (!room.take(next.frame->weight() + kWaitingFrame)) return false;
  ++one.said;
  one.after = next.position;
  hand_over(session, std::move(next.frame));
  return !session.ending;
}

/// True: it is there.
bool SessionTable::State::ask_for_more(Session& session) {
  Replays& replays = *session.replays;
  if (replays.question != 0) return false;
  replays.question = ++last_question;
  replays.is_asking = true;
  const Replays::One& one = replays.topics.front();
  services.exchange->kept(worker, one.topic, {one.after, one.since, session.profile->limits.outbox_bytes / 2},
                          [this, id = session.id(), question = replays.question](KeptPart part) {
                            told_more(id, question, std::move(part));
                          });
  replays.is_asking = false;
  return replays.question == 0;
}

void SessionTable::State::told_more(SessionId id, std::uint32_t question, KeptPart part) {
  Session* session = sessions.find(id);
  if (session == nullptr || !session->replays || session->replays->question != question) return;
  Replays& replays = *session->replays;
  replays.question = 0;
  replays.topics.front().part = std::move(part);
  replays.topics.front().said = 0;
  if (replays.is_asking) return;
  go_on_replaying(*session);
  endings.settle();
}

void SessionTable::State::push_behind(Session& session, FramePtr frame) {
  Replays& replays = *session.replays;
  if (replays.behind_weight + frame->weight() > session.profile->limits.outbox_bytes) return endings.cut_slow(session);
  replays.behind_weight += frame->weight();
  replays.behind.push_back(std::move(frame));
}

void SessionTable::drained(SessionId id) {
  Session* session = state_->sessions.find_live(id);
  if (session && session->replays && session->carrier != nullptr) state_->replay_some(*session, true);
  state_->endings.settle();
}

}  // namespace polygate::session
