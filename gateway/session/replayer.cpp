#include "gateway/session/replayer.h"

#include <algorithm>
#include <iterator>

namespace polygate::session {

/// How much may be said at once.
struct Replayer::Room {
  std::size_t left = 0;
  bool is_drained = false;  ///< nothing waits for the peer: one message goes, however large

  bool take(std::size_t weight) {
    if (weight > left && !is_drained) return false;
    left -= std::min(left, weight);
    is_drained = false;
    return true;
  }
};

void Replayer::replay(Session& session, std::vector<Replays::One> joined) {
  if (joined.empty() || session.ending || session.is_leaving()) return;
  if (!session.replays) session.replays = std::make_unique<Replays>();
  std::move(joined.begin(), joined.end(), std::back_inserter(session.replays->topics));
  go_on(session);
}

void Replayer::go_on(Session& session) {
  if (session.carrier == nullptr || session.carrier->has_room()) {
    say_some(session, false);
  } else {
    session.carrier->tell_when_drained();
  }
}

/// As much as half of what may wait for the peer; a message larger than that only when nothing waits. Without a carrier
/// all of it, into the history, which is bounded.
void Replayer::say_some(Session& session, bool is_drained) {
  Room room{session.carrier == nullptr ? SIZE_MAX : session.profile->limits.outbox_bytes / 2, is_drained};
  while (session.replays && !session.replays->topics.empty() && say_one(session, room)) continue;
  if (!session.replays) return;  // it has ended
  if (session.replays->topics.empty()) {
    if (session.is_leaving()) return endings_.left(session);
    session.replays.reset();
  } else if (session.carrier != nullptr && session.replays->question == 0) {
    session.carrier->tell_when_drained();
  }
}

/// One message of the first topic, or of what waits behind it. False: there is no more room, or more of it is to be
/// told first.
bool Replayer::say_one(Session& session, Room& room) {
  Replays& replays = *session.replays;
  Replays::One& one = replays.topics.front();
  FramePtr frame;
  if (one.said < one.part.kept.size()) {
    Kept& next = one.part.kept[one.said];
    if (!room.take(next.frame->weight() + kWaitingFrame)) return false;
    ++one.said;
    one.after = next.position;
    frame = std::move(next.frame);
  } else if (one.part.has_more) {
    return ask_for_more(session);
  } else if (!one.behind.empty()) {
    const std::size_t weight = one.behind.front()->weight();
    if (!room.take(weight + kWaitingFrame)) return false;
    frame = std::move(one.behind.front());
    one.behind.pop_front();
    replays.behind_weight -= weight;
  } else {
    replays.topics.pop_front();
    return true;
  }
  handover_.hand_over(session, std::move(frame));
  return !session.ending;
}

/// True: it is there.
bool Replayer::ask_for_more(Session& session) {
  Replays& replays = *session.replays;
  if (replays.question != 0) return false;
  replays.question = ++last_question_;
  replays.is_asking = true;
  const Replays::One& one = replays.topics.front();
  common_.services.exchange->kept(common_.worker, one.topic,
                                  {one.after, one.since, session.profile->limits.outbox_bytes / 2},
                                  [this, id = session.id(), question = replays.question](KeptPart part) {
                                    told_more(id, question, std::move(part));
                                  });
  replays.is_asking = false;
  return replays.question == 0;
}

void Replayer::told_more(SessionId id, std::uint32_t question, KeptPart part) {
  Session* session = sessions_.find(id);
  if (session == nullptr || !session->replays || session->replays->question != question) return;
  Replays& replays = *session->replays;
  replays.question = 0;
  replays.topics.front().part = std::move(part);
  replays.topics.front().said = 0;
  if (replays.is_asking) return;
  go_on(*session);
  endings_.settle();
}

void Replayer::push_behind(Session& session, FramePtr frame) {
  Replays& replays = *session.replays;
  if (replays.behind_weight + frame->weight() > session.profile->limits.outbox_bytes) return endings_.cut_slow(session);
  replays.behind_weight += frame->weight();
  replays.topics.back().behind.push_back(std::move(frame));
}

bool Replayer::forget(Session& session, const Topic& topic) {
  if (!session.replays) return false;
  Replays& replays = *session.replays;
  const bool had_asked = replays.question != 0 && replays.topics.front().topic == topic;
  if (had_asked) replays.question = 0;
  for (std::size_t at = replays.topics.size(); at-- > 0;) {
    Replays::One& one = replays.topics[at];
    if (one.topic != topic) continue;
    one.part = {};
    one.said = 0;
    if (at == 0) continue;
    std::deque<FramePtr>& before = replays.topics[at - 1].behind;
    std::move(one.behind.begin(), one.behind.end(), std::back_inserter(before));
    replays.topics.erase(replays.topics.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return had_asked;
}

}  // namespace polygate::session
