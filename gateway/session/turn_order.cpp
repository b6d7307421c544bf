#include "gateway/session/turn_order.h"

#include <memory>
#include <string>
#include <utility>

#include "gateway/rules/render.h"

namespace polygate::session {

TurnOrder::TurnOrder(Common& common, Sessions& sessions, Paused& paused, Endings& endings, Events& events,
                     Lifetimes& lifetimes, turns::TurnTable& turns)
    : common_(common),
      sessions_(sessions),
      paused_(paused),
      endings_(endings),
      events_(events),
      lifetimes_(lifetimes),
      turns_(turns) {}

bool TurnOrder::receive(Session& session, const dialect::Message& message) {
  if (session.silenced) {
    ++common_.counts(session).dropped[static_cast<std::size_t>(*session.silenced)];
    return true;
  }
  if (session.phase == Session::Phase::opening || session.turn || session.has_waiting() || session.paused) {
    if (!session.waiting) session.waiting = std::make_unique<Waiting>();
    Waiting& waiting = *session.waiting;
    waiting.messages.push_back({message.text, std::string(message.bytes), message.ack, message.attachments});
    waiting.bytes += message.bytes.size();
    const auto& limits = session.profile->limits;
    const bool is_full = waiting.messages.size() >= limits.inbox_events || waiting.bytes >= limits.message_bytes;
    if (is_full || session.paused) session.full = true;
    return !session.full;
  }
  events_.take(session, message);
  if (session.paused) session.full = true;
  return !session.full;
}

void TurnOrder::go_on(Session& session) {
  if (session.paused || session.is_joining) return;
  if (session.phase == Session::Phase::opening) take_phase_rules(session);
  if (session.phase == Session::Phase::open && session.ordered) take_ordered(session);
  if (session.phase == Session::Phase::open) take_waiting(session);
  const bool may_close = session.phase == Session::Phase::open && session.ending && session.carrier == nullptr &&
                         !session.turn && !session.has_waiting();
  if (may_close) {
    session.phase = Session::Phase::closing;
    session.next_rule = 0;
  }
  if (session.phase != Session::Phase::closing) return;
  take_phase_rules(session);
  if (!session.turn) lifetimes_.free(session);
}

/// What it was told to join is joined like by a rule of its own, within the same limits.
void TurnOrder::take_ordered(Session& session) {
  while (!session.turn && !session.paused && session.ordered) {
    const OrderPtr order = session.ordered->front();
    session.ordered->pop_front();
    if (session.ordered->empty()) session.ordered.reset();
    if (session.ending || session.silenced) continue;
    auto rule = std::make_unique<profile::Rule>();
    rule->place = order->place;
    for (const Topic& topic : order->join) rule->join.push_back(rules::constant_topic(topic));
    events_.take(session, std::move(rule));
  }
}

void TurnOrder::take_one_waiting(Session& session) {
  const Waiting::One next = std::move(session.waiting->messages.front());
  session.waiting->messages.pop_front();
  session.waiting->bytes -= next.message.size();
  events_.take(session, {next.text, next.message, next.ack, next.attachments});
}

void TurnOrder::take_waiting(Session& session) {
  while (!session.turn && !session.paused && session.has_waiting()) take_one_waiting(session);
  if (session.has_waiting() || session.paused) return;
  session.waiting.reset();
  if (std::exchange(session.full, false) && session.carrier != nullptr) session.carrier->resume_input();
}

void TurnOrder::take_phase_rules(Session& session) {
  const bool opening = session.phase == Session::Phase::opening;
  const auto& rules = opening ? session.profile->opened : session.profile->closed;
  while (!session.turn && !session.paused && session.next_rule < rules.size() && !(opening && session.silenced)) {
    const profile::Rule& rule = rules[session.next_rule++];
    if (rule.takes(session.current_role)) events_.take(session, rule);
  }
  if (opening && !session.turn && !session.paused) session.phase = Session::Phase::open;
}

bool TurnOrder::go_on_paused() {
  const auto id = paused_.next();
  if (!id) return false;
  Session* session = sessions_.find(*id);
  paused_.remove(*session);
  const bool has_more = session->phase == Session::Phase::open && !session->turn && session->has_waiting();
  if (has_more) take_one_waiting(*session);
  if (has_more && session->has_waiting() && !session->turn && !session->paused && !session->ending) {
    paused_.add(*session, {});
  } else {
    go_on(*session);
  }
  return true;
}

void TurnOrder::give_up(Session& session) {
  if (session.carrier != nullptr) session.carrier->let_go();
  endings_.silence(session, common_.is_draining ? Dropped::drained : Dropped::late);
  const turns::TurnId turn = std::exchange(session.turn, {});
  if (turn && turns_.abandon(turn)) session.overdue = turn;
  // It hears nothing more: what its topics answer does not matter.
  session.is_joining = session.is_changing = false;
  Memberships::arrive(session);
  go_on(session);
}

}  // namespace polygate::session
