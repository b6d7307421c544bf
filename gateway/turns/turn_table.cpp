#include "gateway/turns/turn_table.h"

#include <utility>

#include "gateway/base/units.h"
#include "gateway/turns/enquiries.h"

namespace polygate::turns {
namespace {}  // namespace

Failure too_often(const Rate& rate, Millis wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  return {Reason::limited,
          "too many: at most " + std::to_string(rate.count) + " in " + format_duration(rate.within) + ", again in " +
              format_duration(seconds),
          "rate"};
}

/// Asks what a rule wants to know, on behalf of one turn.
class TurnTable::Desk final : public rules::Host {
 public:
  Desk(TurnTable& table, Turn& turn) : table_(table), turn_(turn) {}

  /// A session lives on one worker: what is counted for it stays here.
  void charge(const profile::RateStep& rate, std::string key) override {
    const Services& services = table_.services_;
    const std::size_t most_keys = services.profiles[turn_.profile_index]->limits.rate_keys;
    if (key.empty()) {
      const Charge charge{rate.table, turn_.sender.id().text(), rate.at, most_keys};
      turn_.run->answer(within(rate.at, table_.rates_.charge(charge, services.clock->now())));
      return;
    }
    services.exchange->charge(table_.worker_, {rate.table, std::move(key), rate.at, most_keys},
                              [&table = table_, id = turn_.id, question = turn_.question, at = rate.at](Millis wait) {
                                table.answered(id, question, within(at, wait));
                              });
  }

  void recall(const Topic& topic, const std::string& key) override {
    table_.services_.exchange->recall(
        table_.worker_, topic, key, [&table = table_, id = turn_.id, question = turn_.question](const KeptData& data) {
          Json found = Json::array();
          if (data) found.push_back(Json::parse(*data, nullptr, false));
          table.answered(id, question, rules::Answer(std::move(found)));
        });
  }

  void claim(const Topic& topic, Taken when_taken) override {
    if (turn_.sender.inside(topic)) {
      // Its own already: nothing to gain twice, nothing to give back when a later step fails.
      turn_.run->answer(Failure{Reason::taken, "you hold " + std::string(topic.text()) + " already"});
      return;
    }
    turn_.claims = true;
    table_.services_.exchange->claim(
        topic, turn_.sender.id(), when_taken,
        [&table = table_, id = turn_.id, question = turn_.question, who = turn_.sender.id(), when_taken,
         topic = Topic(topic)](const Exchange::Claim& claim) {
          table.claim_answer(id, question, {topic, who, when_taken}, claim);
        });
  }

  /// What is said about it waits until others can have it.
  void release(const Topic& topic) override {
    turn_.claims = false;
    table_.services_.exchange->release(table_.worker_, topic, std::exchange(turn_.fence, 0),
                                       [&table = table_, id = table_.expect(turn_)] { table.came(id); });
  }

  void present(const Topic& topic) override {
    table_.services_.exchange->present(table_.worker_, topic,
                                       [&table = table_, id = turn_.id, question = turn_.question](bool is_present) {
                                         table.answered(id, question, rules::Answer(Json(is_present)));
                                       });
  }

  void line_up(const std::string& text) override {
    if (turn_.rule->handler && refuses_handlers()) return;
    const Services& services = table_.services_;
    const profile::Profile& profile = *services.profiles[turn_.profile_index];
    turn_.line = profile.name + '\n' + text;
    turn_.when_late = "its turn did not come in time";
    services.exchange->line_up({turn_.line, table_.worker_, turn_.id.number}, profile.limits.order_waiting,
                               [&table = table_, id = turn_.id, question = turn_.question](bool its_turn) {
                                 table.line_answer(id, question, its_turn);
                               });
    if (turn_.when_late.empty()) return;
    turn_.asked_until.reset();
    table_.start_clock(turn_);
  }

  /// Whose it is, is part of its key: the user, or where there is none the session.
  void begin(const profile::OnceStep& once, const std::string& key, std::uint64_t data) override {
    if (turn_.rule->handler && refuses_handlers()) return;
    const profile::Profile& profile = *table_.services_.profiles[turn_.profile_index];
    const std::string_view user = turn_.sender.user();
    Deed deed;
    deed.table = profile.name;
    deed.key = turn_.name + (user.empty() ? "\ns" + turn_.sender.id().text() : "\nu" + std::string(user)) + '\n' + key;
    deed.data = data;
    deed.within = once.within;
    deed.most_bytes = profile.limits.once_bytes;
    deed.most_rows = profile.limits.once_rows;
    const auto its = std::make_shared<const Deed>(std::move(deed));
    table_.services_.exchange->begin_deed(
        table_.worker_, *its,
        [&table = table_, id = turn_.id, question = turn_.question, its](const DeedTable::Found& found) {
          table.deed_answer(id, question, *its, found);
        });
  }

  void look(const std::string& look, Call call) override { ask_plugin(look, std::move(call)); }
  void handle(const std::string& handler, Call call) override { ask_plugin(handler, std::move(call)); }

  Result<rules::Judged> verify(const profile::AuthenticateStep& step, const std::string& token) override {
    return table_.services_.verify(step, token, turn_.sender.address());
  }

  json::Document& scratch() override { return table_.scratch_; }

 private:
  void ask_plugin(const std::string& handler, Call call) {
    const Services& services = table_.services_;
    if (refuses_handlers()) return;
    const auto& known = services.handler_ids[turn_.profile_index];
    const auto found = known.find(handler);
    if (found == known.end()) {
      turn_.run->answer(Failure{Reason::internal, "internal error"});
      return;
    }
    auto done = [&table = table_, worker = table_.worker_, id = turn_.id,
                 question = turn_.question](HandlerResult result) {
      // On a thread of the handlers: the answer travels through the worker's mailbox.
      table.services_.post(worker, [&table, id, question, result = std::move(result)]() mutable {
        table.answered(id, question, std::move(result));
      });
    };
    turn_.at_handler = true;
    Enquiries asks;
    if (services.handlers->runs_elsewhere(found->second)) {
      asks = enquiries_of(services, table_.worker_, turn_.profile_index);
    }
    auto at_once = services.handlers->run(found->second, table_.worker_, std::move(call), std::move(done),
                                          std::move(asks), turn_.deed.get());
    if (at_once) {
      turn_.at_handler = false;  // it goes on, and may wait for something else
      turn_.run->answer(std::move(*at_once));
    } else {
      table_.start_clock(turn_);
    }
  }

  static rules::Answer within(const Rate& rate, Millis wait) {
    return wait.count() == 0 ? rules::Answer(Json()) : rules::Answer(too_often(rate, wait));
  }

  /// While an earlier turn of its sender is late.
  bool refuses_handlers() {
    if (turn_.handlers_busy) turn_.run->answer(Failure{Reason::busy, "an earlier event still waits for its handler"});
    return turn_.handlers_busy;
  }

  TurnTable& table_;
  Turn& turn_;
};

/// One for all that a turn asks, but for its place in a line: behind that it begins anew.
void TurnTable::start_clock(Turn& turn) {
  timers_.remove(turn.timer);
  const Millis within = services_.profiles[turn.profile_index]->limits.turn_within;
  if (!turn.asked_until) turn.asked_until = services_.clock->now() + within;
  turn.timer = timers_.add(*turn.asked_until, turn.id);
}

Turn& TurnTable::begin(std::uint16_t profile) {
  const std::uint32_t slot = slots_.reserve();
  slots_[slot] = spare_ ? std::move(spare_) : std::make_unique<Turn>();
  Turn& turn = *slots_[slot];
  turn.id = {slot, ++last_};
  turn.profile_index = profile;
  turn.rule = nullptr;
  turn.started = services_.clock->nanoseconds();
  if (services_.profiles[profile]->orders) turn.began = services_.exchange->ordered();
  turn.name.clear();
  return turn;
}

void TurnTable::drop(Turn& turn) {
  finish(turn);
}

Turn* TurnTable::find(TurnId id) {
  const std::unique_ptr<Turn>* turn = id ? slots_.find(id.slot) : nullptr;
  return turn != nullptr && *turn && (*turn)->id == id ? turn->get() : nullptr;
}

void TurnTable::finish(Turn& turn) {
  if (turn.is_heir) services_.exchange->withdraw(*turn.probed, turn.sender.id());
  if (turn.deed) end_deed(turn, {});
  if (!turn.line.empty()) services_.exchange->step_out({turn.line, worker_, turn.id.number});
  std::unique_ptr<Turn> gone = slots_.release(turn.id.slot);
  timers_.remove(gone->timer);
  constexpr std::size_t kKeepUpTo = std::size_t{256} << 10;
  if (spare_ || gone->document.capacity() > kKeepUpTo) return;
  gone->id = {};
  gone->run.reset();
  gone->raw.clear();
  gone->event.attachments.reset();
  gone->requester = {};
  gone->handlers_busy = gone->overdue = gone->at_handler = false;
  gone->question = 0;
  gone->asked_until.reset();
  gone->probed.reset();
  gone->is_heir = gone->sender_ends = false;
  gone->line.clear();
  gone->when_late = {};
  gone->claims = gone->is_over = false;
  gone->fence = gone->lost = 0;
  gone->expected = 0;
  gone->joined.clear();
  gone->barred.clear();
  gone->orders.clear();
  gone->own_rule.reset();
  gone->published = {};
  spare_ = std::move(gone);
}

void TurnTable::take(Turn& turn) {
  advance(turn);
}

/// True when the turn is done, and gone.
bool TurnTable::advance(Turn& turn) {
  Desk desk(*this, turn);
  ++turn.question;
  turn.at_handler = false;
  Turn* const outer = std::exchange(advancing_, &turn);
  const bool done = turn.run->advance(desk);
  advancing_ = outer;
  if (!done) return false;
  turn.is_over = true;
  expect(turn);  // none of what is asked now is the last to come
  ends_.done(turn);
  // Who has heard the answer and asks again finds it done.
  if (turn.deed) end_deed(turn, [this, id = expect(turn)] { came(id); });
  return came(turn);
}

TurnId TurnTable::expect(Turn& turn) {
  ++turn.expected;
  return turn.id;
}

void TurnTable::came(TurnId id) {
  Turn* turn = find(id);
  if (turn == nullptr) return;
  const SessionId requester = turn->requester;
  if (came(*turn)) ends_.go_on(requester);
}

/// True when the turn is gone.
bool TurnTable::came(Turn& turn) {
  if (--turn.expected > 0 || !turn.is_over) return false;
  ends_.happened(turn);
  finish(turn);
  return true;
}

void TurnTable::answered(TurnId id, std::uint32_t question, rules::Answer answer) {
  Turn* turn = find(id);
  if (turn == nullptr || turn->question != question) return;
  timers_.remove(turn->timer);
  turn->when_late = {};
  turn->probed.reset();
  turn->run->answer(std::move(answer));
  if (advancing_ == turn) return;
  const SessionId requester = turn->requester;
  if (advance(*turn)) ends_.go_on(requester);
}

void TurnTable::line_answer(TurnId id, std::uint32_t question, bool its_turn) {
  Turn* turn = find(id);
  if (turn == nullptr || turn->question != question) return;
  turn->when_late = {};
  if (turn->timer) turn->asked_until.reset();  // it has waited
  if (its_turn) return answered(id, question, rules::Answer(Json()));
  turn->line.clear();
  services_.log->write_rarely("limit order_waiting", Level::warn, "limit reached",
                              {{"limit", "order_waiting"}, {"profile", services_.profiles[turn->profile_index]->name}});
  answered(id, question, Failure{Reason::busy, "too many events wait for their turn: limit order_waiting"});
}

/// The client hears `busy`; what its handler still accepts is for others. With a look the turn has failed, and stays
/// for the answer alone: its sender asks for no other meanwhile.
void TurnTable::expire(Turn& turn) {
  Desk desk(*this, turn);
  const std::string what = turn.run->is_looking() ? "look" : "handler";
  const Failure late{Reason::busy, "the " + what + " did not answer in time"};
  turn.run->expire(desk, late);
  turn.sender.left_behind();
  const SessionId requester = turn.requester;
  ends_.overdue(turn, late);
  turn.overdue = true;
  turn.run->verdict() = {};  // told; what others may hear yet has one of its own
  turn.requester = {};
  ends_.go_on(requester);
}

void TurnTable::sender_ends(TurnId id) {
  Turn* turn = find(id);
  if (turn == nullptr) return;
  turn->sender_ends = true;
  if (turn->fence == 0) return;
  for (const Topic& topic : turn->run->effects().claimed) services_.exchange->ending(worker_, topic, turn->fence);
}

bool TurnTable::abandon(TurnId id) {
  Turn* turn = find(id);
  if (turn == nullptr) return false;
  if (turn->is_over) {
    turn->requester = {};
    turn->sender.parts();
    return false;
  }
  Desk desk(*this, *turn);
  if (turn->at_handler) {
    turn->run->disown(desk);
    turn->sender.left_behind();
    turn->requester = {};
    return true;
  }
  timers_.remove(turn->timer);
  turn->run->cancel(desk, {Reason::busy, "its sender has gone"});
  ends_.done(*turn);
  ends_.happened(*turn);
  finish(*turn);
  return false;
}

void TurnTable::tick(Instant now) {
  while (const auto due = timers_.take_due(now)) {
    Turn* turn = find(*due);
    if (turn == nullptr) continue;
    turn->timer = {};
    if (turn->probed) {
      take_over(*turn);
    } else if (!turn->when_late.empty()) {
      answered(*due, turn->question, Failure{Reason::busy, std::string(turn->when_late)});
    } else if (turn->at_handler && !turn->overdue) {
      expire(*turn);
    }
  }
}

}  // namespace polygate::turns
