#include "gateway/rules/ordering.h"

#include <memory>
#include <utility>
#include <vector>

#include "gateway/rules/render.h"

namespace polygate::rules {
namespace {

Result<std::vector<Topic>> topics_of(const std::vector<profile::TopicText>& texts, Scope& scope) {
  std::vector<Topic> topics;
  for (const profile::TopicText& text : texts) {
    if (auto named = append_topics(topics, text, scope); !named) return named.failure();
  }
  return topics;
}

}  // namespace

Result<void> append_orders(const profile::OthersStep& step, Scope& scope, Exchange::Batch& out) {
  constexpr std::uint16_t kUsualCode = 1000;
  Order order;
  auto of = topics_of(step.of, scope);
  if (!of) return of.failure();
  auto leave = topics_of(step.leave, scope);
  if (!leave) return leave.failure();
  auto join = topics_of(step.join, scope);
  if (!join) return join.failure();
  order.leave = std::move(*leave);
  order.join = std::move(*join);
  if (step.close.close) {
    order.close = step.close.code != 0 ? step.close.code : kUsualCode;
    if (step.close.reason) order.reason = render_text(*step.close.reason, scope);
  } else if (order.leave.empty() && order.join.empty()) {
    return {};  // what it names is absent
  }
  order.except = scope.me->id();
  order.stays = scope.profile->limits.turn_within;
  order.place = step.place;
  const auto given = std::make_shared<const Order>(std::move(order));
  for (Topic& topic : *of) out.push_back({std::move(topic), nullptr, given->except, {}, std::nullopt, given});
  return {};
}

}  // namespace polygate::rules
