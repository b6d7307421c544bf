#include "gateway/session/claims.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "gateway/session/attending.h"

namespace polygate::session {

void Claims::gained(Session& session, Topic topic, Fence fence) {
  tell_came(common_, session, topic);
  Membership membership;
  membership.is_value = topic.is_value;
  membership.of_opening = session.phase == Session::Phase::opening;
  membership.claim = std::make_unique<Topic>(std::move(topic));
  membership.fence = fence;
  session.memberships.push_back(std::move(membership));
}

void Claims::lost(Session& session, Fence fence) {
  if (const Membership* its = session.find(fence)) {
    tell_went(common_, session, *its->claim);
    session.memberships.erase(session.memberships.begin() + (its - session.memberships.data()));
  } else if (turns::Turn* turn = turns_.find(session.turn)) {
    if (!turn->may_gain(fence)) return;
    turn->lost = std::max(turn->lost, fence);
    if (turn->fence != fence) return;
  } else {
    return;  // it had given it back
  }
  endings_.replaced(session);
}

void Claims::ask_for_life(Session* session, const Direct& direct) {
  if (session == nullptr || session->is_detached()) return answer(direct.asker, direct.topic, Direct::Kind::dead);
  if (!session->askers) session->askers = std::make_unique<std::vector<Asker>>();
  session->askers->push_back({direct.asker, direct.topic});
  if (session->hears()) session->carrier->probe();
}

void Claims::answer_askers(Session& session, Direct::Kind kind) {
  const auto askers = std::exchange(session.askers, nullptr);
  if (!askers) return;
  for (Asker& asker : *askers) answer(asker.session, std::move(asker.topic), kind);
}

void Claims::answer(SessionId asker, std::shared_ptr<const std::string> topic, Direct::Kind kind) {
  Direct answer;
  answer.kind = kind;
  answer.to = asker;
  answer.topic = std::move(topic);
  common_.services.exchange->direct(common_.worker, std::move(answer));
}

}  // namespace polygate::session
