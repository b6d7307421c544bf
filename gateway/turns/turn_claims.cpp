// What turns claim: how the Exchange answers, and the wait for an owner that is asked for a sign of life or is ending.
#include <memory>
#include <string>
#include <utility>

#include "gateway/turns/turn_table.h"

namespace polygate::turns {
namespace {

Failure taken(const Topic& topic) {
  return {Reason::taken, std::string(topic.text()) + " is taken"};
}

}  // namespace

void TurnTable::claim_answer(TurnId id, std::uint32_t question, const Wanted& wanted, const Exchange::Claim& claim) {
  Turn* turn = find(id);
  if (turn == nullptr || turn->question != question) {
    if (claim.gained) {
      services_.exchange->release(worker_, wanted.topic, claim.fence, {});
    } else if (claim.is_ending) {
      services_.exchange->withdraw(wanted.topic, wanted.who);
    }
    return;
  }
  if (claim.gained) {
    turn->fence = claim.fence;
    if (turn->sender_ends) services_.exchange->ending(worker_, wanted.topic, claim.fence);
    for (const OrderPtr& order : claim.orders) {
      if (turn->obeys(*order)) turn->orders.push_back(order);
    }
    answered(id, question, rules::Answer(Json()));
  } else if (wanted.when_taken == Taken::probe || claim.is_ending) {
    wait_for_owner(*turn, wanted.topic, claim);
  } else {
    turn->claims = false;
    answered(id, question, taken(wanted.topic));
  }
}

/// Asks the owner for a sign of life. Of one whose connection is over the Exchange tells when it is done.
void TurnTable::wait_for_owner(Turn& turn, const Topic& topic, const Exchange::Claim& held) {
  turn.probed = std::make_unique<Topic>(topic);
  turn.probed_fence = held.fence;
  turn.is_heir = held.is_ending;
  if (!turn.timer) turn.timer = timers_.add(services_.clock->now() + turn.rule->claim->within, turn.id);
  if (turn.is_heir) return;
  Direct probe;
  probe.kind = Direct::Kind::probe;
  probe.to = held.owner;
  probe.asker = turn.sender.id();
  probe.topic = std::make_shared<const std::string>(topic.key);
  services_.exchange->direct(worker_, std::move(probe));
}

void TurnTable::owner_answered(TurnId id, const Direct& answer) {
  Turn* turn = find(id);
  if (turn == nullptr || !turn->probed || turn->probed->key != *answer.topic) return;
  // The Exchange tells heirs, and sessions answer who has probed them.
  if (answer.fence != (turn->is_heir ? turn->probed_fence : 0)) return;
  if (answer.kind == Direct::Kind::dead) return take_over(*turn);
  turn->claims = false;
  answered(id, turn->question, taken(Topic(*turn->probed)));
}

void TurnTable::take_over(Turn& turn) {
  const std::unique_ptr<Topic> topic = std::exchange(turn.probed, nullptr);
  turn.is_heir = false;
  const Taken then = turn.rule->claim->when_taken == Taken::replace ? Taken::replace : Taken::refuse;
  const SessionId who = turn.sender.id();
  Wanted wanted{*topic, who, then};
  services_.exchange->take_over(*topic, who, turn.probed_fence, then,
                                [this, id = turn.id, question = turn.question, wanted = std::move(wanted)](
                                    const Exchange::Claim& claim) { claim_answer(id, question, wanted, claim); });
}

}  // namespace polygate::turns
