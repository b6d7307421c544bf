#include "gateway/session/handover.h"

#include <algorithm>
#include <utility>

#include "gateway/base/json_text.h"

namespace polygate::session {

void Handover::hand_over(Session& session, FramePtr frame) {
  frame = Frame::in(session.endpoint.dialect, std::move(frame));
  if (frame->utterance() != nullptr) {
    if (const Question* question = frame->utterance()->question()) remember(session, *question);
  }
  if (session.recovery) note_said(session, frame);
  if (session.carrier == nullptr) return;
  if (!session.carrier->push(std::move(frame))) return endings_.cut_slow(session);
  ++common_.counts(session).delivered;
}

/// A peer that never acknowledges loses the oldest of the questions that it owes an answer to.
void Handover::remember(Session& session, const Question& question) {
  constexpr std::size_t kMaxQuestions = 64;
  if (!session.questions) session.questions = std::make_unique<std::deque<Question>>();
  if (session.questions->size() == kMaxQuestions) session.questions->pop_front();
  session.questions->push_back(question);
}

void Handover::note_said(Session& session, const FramePtr& frame) {
  const profile::Profile& profile = *session.profile;
  const profile::PingPolicy& ping = session.endpoint.ping;
  // A client hears what was said until the loss of its connection was noticed, too.
  const Millis age = profile.engine.recovery.within + ping.every + ping.timeout;
  // Half of what may wait for the client: there must be room for what is said to it next.
  const History::Limits limits{profile.engine.recovery.events, profile.limits.outbox_bytes / 2, age};
  const Instant now = common_.services.clock->now();
  History& history = session.recovery->history;
  if (!session.is_detached()) return history.said(frame, now, limits);
  if (!history.missed(frame, now, limits)) endings_.end(session, {1013, "missed too much"}, std::nullopt);
}

std::optional<std::string> Handover::take_answer(Session& session, std::uint64_t question, std::string_view json) {
  if (!session.questions) return std::nullopt;
  std::deque<Question>& questions = *session.questions;
  const auto asked =
      std::find_if(questions.begin(), questions.end(), [&](const Question& one) { return one.id == question; });
  if (asked == questions.end()) return std::nullopt;
  std::string event = "[";
  json::append_string(event, asked->event);
  questions.erase(asked);
  if (questions.empty()) session.questions.reset();
  const std::string_view arguments = json::trimmed(json);
  if (arguments.size() > 2) event += ',';
  event += arguments.substr(1);
  return event;
}

}  // namespace polygate::session
