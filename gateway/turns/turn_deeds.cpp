// What turns do once (`once`): begun in the Exchange, looked for in the store, ended with what came of it.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/turns/turn_table.h"

namespace polygate::turns {
namespace {

Failure other_data() {
  return {Reason::invalid, "this key came with other data before"};
}

}  // namespace

/// What is there already is answered; else it is this turn's, unless the store knows better.
void TurnTable::deed_answer(TurnId id, std::uint32_t question, const Deed& deed, const DeedTable::Found& found) {
  Turn* turn = find(id);
  const bool is_late = turn == nullptr || turn->question != question;
  switch (found.state) {
    case DeedTable::State::begun:
      if (is_late) return services_.exchange->end_deed(worker_, deed, nullptr, {});
      turn->deed = std::make_unique<Deed>(deed);
      return recall(*turn);
    case DeedTable::State::done:
      return answered(id, question, Json{{"result", Json::parse(*found.result, nullptr, false)}});
    case DeedTable::State::under_way:
      return answered(id, question, Failure{Reason::busy, "it is being done already"});
    case DeedTable::State::different:
      return answered(id, question, other_data());
  }
}

/// What a handler has written may have been done before this process was there, or by another one.
void TurnTable::recall(Turn& turn) {
  const auto& known = services_.handler_ids[turn.profile_index];
  const auto handler = turn.rule->handler ? known.find(turn.rule->handler->name) : known.end();
  const auto done = [this, id = turn.id, question = turn.question](Result<std::optional<DoneOnce>> answer) {
    services_.post(worker_, [this, id, question, answer = std::move(answer)] { recalled(id, question, answer); });
  };
  if (handler != known.end() && services_.handlers->recall(handler->second, *turn.deed, done)) {
    turn.when_late = "the store did not answer in time";
    return start_clock(turn);
  }
  answered(turn.id, turn.question, rules::Answer(Json()));
}

void TurnTable::recalled(TurnId id, std::uint32_t question, const Result<std::optional<DoneOnce>>& done) {
  const Turn* turn = find(id);
  if (turn == nullptr || turn->question != question) return;
  if (!done) return answered(id, question, done.failure());
  if (!*done) return answered(id, question, rules::Answer(Json()));
  if ((*done)->data != turn->deed->data) return answered(id, question, other_data());
  answered(id, question, Json{{"result", Json::parse((*done)->result, nullptr, false)}});
}

/// What has happened is remembered; what has failed, or was done before, may be asked for again.
void TurnTable::end_deed(Turn& turn, Done<> done) {
  const Json* outcome = turn.run ? turn.run->outcome() : nullptr;
  DeedResult result;
  if (outcome != nullptr) {
    result = std::make_shared<const std::string>(outcome->dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  const std::unique_ptr<const Deed> deed = std::move(turn.deed);
  services_.exchange->end_deed(worker_, *deed, std::move(result), std::move(done));
}

}  // namespace polygate::turns
