// What a run does in the end: everything is made and checked before anything happens.
#include <algorithm>
#include <utility>

#include "gateway/rules/checks.h"
#include "gateway/rules/failing.h"
#include "gateway/rules/ordering.h"
#include "gateway/rules/outgoing.h"
#include "gateway/rules/render.h"
#include "gateway/rules/run.h"

namespace polygate::rules {

/// Behind the commit point: what cannot be is left out alone, as our own fault.
void Run::leave_out(const Place& place, const Failure& failure) {
  if (failure.reason == Reason::internal) return;  // the verdict has it
  verdict_.broken.push_back(place.file + ':' + std::to_string(place.line) + ": " + failure.message);
}

std::optional<Failure> Run::render_topics(const std::vector<profile::TopicText>& texts, std::vector<Topic>& into) {
  for (const profile::TopicText& topic : texts) {
    auto named = append_topics(into, topic, scope_);
    if (!named && !committed_) return named.failure();
    if (!named) leave_out(topic.place, named.failure());
  }
  return std::nullopt;
}

/// Who the sender is from now on, and where: all of it reads the sender as it was, and what is said reads it as it is.
std::optional<Failure> Run::render_changes() {
  effects_.identity = scope_.new_identity;
  if (!rule_.set.empty()) {
    effects_.variables = Json::object();
    for (const auto& [key, shape] : rule_.set) {
      std::string text;
      if (append_json(text, shape, scope_)) effects_.variables[key] = Json::parse(text, nullptr, false);
    }
  }
  if (auto failure = render_topics(rule_.join, effects_.join)) return failure;
  if (auto failure = render_topics(rule_.leave, effects_.leave)) return failure;
  const std::vector<Topic> given = given_back(scope_, effects_.join);
  effects_.leave.insert(effects_.leave.end(), given.begin(), given.end());
  // What a rule joins stays joined, however the two were named.
  std::erase_if(effects_.leave, [&](const Topic& topic) {
    return std::find(effects_.join.begin(), effects_.join.end(), topic) != effects_.join.end();
  });
  if (effects_.join.size() + effects_.claimed.size() > 0) {
    std::size_t room = scope_.me->memberships_left() + given.size();
    room -= std::min(room, effects_.claimed.size());
    for (auto topic = effects_.join.begin(); topic != effects_.join.end();) {
      if (scope_.me->inside(*topic) || room > 0) {
        room -= scope_.me->inside(*topic) ? 0 : 1;
        ++topic;
        continue;
      }
      const Failure full{Reason::limited, "limit memberships reached"};
      if (!committed_) return full;
      leave_out(rule_.place, full);
      topic = effects_.join.erase(topic);
    }
  }
  if (const auto role = rule_.become ? rule_.become : role_) {
    effects_.role = role;
    scope_.new_role = role;
  }
  if (effects_.variables.is_object()) scope_.new_variables = &effects_.variables;
  scope_.gained = &effects_.claimed;
  scope_.joined = &effects_.join;
  scope_.left = &effects_.leave;
  return std::nullopt;
}

std::optional<Failure> Run::render_effects(Host& host) {
  if (disowned_) effects_ = Effects{};  // what was said instead of it has been said
  if (auto failure = render_changes()) return failure;
  Outbound outbound(profile_, &rule_, scope_, host.scratch(), verdict_);
  if (repeated_) return render_answer(outbound);
  const auto fails = [&](const Place& place, const Result<void>& made) {
    if (!made && committed_) leave_out(place, made.failure());
    return !made && !committed_;
  };
  for (const profile::SendStep& step : rule_.sends) {
    if (auto sent = outbound.send(step, effects_.sends); fails(step.place, sent)) return sent.failure();
  }
  emit(outbound);
  for (const profile::OthersStep& step : rule_.others) {
    if (auto given = append_orders(step, scope_, effects_.sends); fails(step.place, given)) return given.failure();
  }
  if (disowned_) {
    Exchange::Batch sends = std::move(effects_.sends);
    effects_ = Effects{};
    effects_.sends = std::move(sends);
    return std::nullopt;
  }
  return render_answer(outbound);
}

/// What the sender hears.
std::optional<Failure> Run::render_answer(Outbound& outbound) {
  for (const profile::ReplyStep& step : rule_.replies) {
    auto replied = outbound.reply(step, effects_.replies);
    if (replied) continue;
    if (!committed_) return replied.failure();
    leave_out(step.place, replied.failure());
    const Failure unsaid{Reason::internal, "internal error"};
    const profile::Otherwise* answer = otherwise_for(profile_, &rule_, scope_.me->role(), unsaid.reason);
    if (answer == nullptr) continue;
    scope_.failure = &unsaid;
    for (const profile::ReplyStep& said : answer->replies) static_cast<void>(outbound.reply(said, effects_.replies));
    scope_.failure = nullptr;
  }
  outbound.acknowledge(effects_.replies);
  close_for(rule_.close, nullptr, scope_, effects_);
  return std::nullopt;
}

/// What the handler sends by itself: the accept is behind us, so what may not go out is left out alone.
void Run::emit(Outbound& outbound) {
  const std::size_t most = profile_.limits.emits_per_turn;
  for (std::size_t i = 0; i < std::min(most, emissions_.size()); ++i) {
    auto sent = outbound.emit(emissions_[i], *rule_.handler, effects_.sends);
    if (!sent) leave_out(rule_.handler->place, sent.failure());
  }
  if (emissions_.size() <= most) return;
  leave_out(rule_.handler->place,
            {Reason::limited, "handler " + rule_.handler->name + " emits " + std::to_string(emissions_.size()) +
                                  " messages, and limit " + "emits_per_turn is " + std::to_string(most)});
}

}  // namespace polygate::rules
