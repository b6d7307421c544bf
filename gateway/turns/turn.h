#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/timer_queue.h"
#include "gateway/dialect/dialect.h"
#include "gateway/routing/deed_table.h"
#include "gateway/rules/run.h"
#include "gateway/turns/sender.h"

namespace polygate::turns {

/// Names one turn of a worker across time; may find nothing.
struct TurnId {
  std::uint32_t slot = 0;
  std::uint64_t number = 0;  ///< 0 = none

  friend bool operator==(const TurnId&, const TurnId&) = default;
  explicit operator bool() const { return number != 0; }
};

/// One event on its way through its rule, or a rule that no event has called for. Owns its bytes, its document and what
/// it knows of its sender; lives in its worker's TurnTable until its rule is done, whoever has gone meanwhile.
struct Turn {
  TurnId id;
  std::uint16_t profile_index = 0;
  Sender sender;
  SessionId requester;          ///< who hears the answer; unset: nobody (any more)
  profile::RoleIndex role = 0;  ///< of the sender when it began
  json::Document document;
  std::string raw;  ///< the message's own bytes, when the dialect parses none and the rule may wait
  dialect::Event event;
  std::string name;  ///< of the event; empty: none has called for it
  const profile::Rule* rule = nullptr;
  std::uint16_t event_index = 0;
  std::uint64_t started = 0;  ///< Clock::nanoseconds()
  std::uint64_t began = 0;    ///< Exchange::ordered() then, where its profile gives orders
  std::optional<rules::Run> run;
  bool handlers_busy = false;  ///< an earlier turn of its sender still waits for its handler
  bool overdue = false;        ///< its requester was told that nothing came of it in time

  // Its claim.
  bool claims = false;  ///< it has asked for it, and was not refused
  Fence fence = 0;      ///< gained
  Fence lost = 0;       ///< this one, and all before it, went to others; perhaps the news of its gain is on its way
  bool sender_ends = false;  ///< its connection is over
  /// Is it, or may it prove to be, who holds `of`?
  bool may_gain(Fence of) const { return claims && (fence == 0 || fence == of); }

  // What its rule waits for; at most one thing.
  std::uint32_t question = 0;  ///< the one that is open; an answer to another one is late
  bool at_handler = false;
  std::optional<Instant> asked_until;  ///< by when what it asks has to be answered
  TimerQueue<TurnId>::Id timer;
  std::unique_ptr<Topic> probed;  ///< the claim whose owner is asked for a sign of life, or is waited for
  Fence probed_fence = 0;         ///< its owner's
  bool is_heir = false;           ///< the Exchange has it among those who wait
  std::string line;               ///< that it stands in until it is gone; empty: in none
  std::unique_ptr<Deed> deed;     ///< that it has begun; null: none
  /// What it hears when the answer to its question has not come within `turn_within`; empty: it is not failed by that.
  std::string_view when_late;

  // Of orders that were given since it began.
  std::vector<Topic> barred;                      ///< that it does not join any more
  std::vector<OrderPtr> orders;                   ///< to obey when what it does has taken effect
  std::unique_ptr<const profile::Rule> own_rule;  ///< its rule, when an order has made it

  /// Stands there an order that it has to obey, because it joined by what it does?
  bool obeys(const Order& order) const { return order.number > began && order.except != sender.id(); }

  // Behind its rule: what it does happens, and it ends when all of that is answered.
  bool is_over = false;
  std::uint32_t expected = 0;  ///< answers
  Exchange::AllJoined joined;
  Exchange::Published published;
};

}  // namespace polygate::turns
