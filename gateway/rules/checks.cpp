#include "gateway/rules/checks.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gateway/rules/authenticating.h"
#include "gateway/rules/choice.h"
#include "gateway/rules/outgoing.h"
#include "gateway/rules/render.h"

namespace polygate::rules {

Result<void> parse_arguments(const profile::Profile& profile, const dialect::Event& message, json::Document& into) {
  const json::Limits limits{.max_bytes = message.argument_bytes.size() + 2,
                            .max_depth = profile.limits.json_depth,
                            .max_nodes = profile.limits.json_nodes};
  return into.parse('[' + std::string(message.argument_bytes) + ']', limits);
}

std::optional<Failure> check_data(const profile::Profile& profile, const profile::Rule& rule,
                                  const dialect::Event& message, json::Document& scratch) {
  if (rule.args_schema) {
    if (auto parsed = parse_arguments(profile, message, scratch); !parsed) return parsed.failure();
    if (!rule.args_schema->valid(scratch.root())) {
      return mismatch("args", rule.args_schema->errors(scratch.root(), 4));
    }
  } else if (rule.schema && message.arguments > 1) {
    return Failure{Reason::invalid, std::to_string(message.arguments) + " arguments, at most one is expected"};
  }
  if (!rule.schema || rule.schema->valid(message.data)) return std::nullopt;
  return mismatch("data", rule.schema->errors(message.data, 4));
}

std::optional<std::string> check_result(const profile::Profile& profile, const profile::HandlerStep& handler,
                                        const Json& result, json::Document& scratch) {
  if (handler.result == nullptr) return std::nullopt;
  const std::string text = result.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (auto parsed = scratch.parse(text, limits_of_outgoing(profile)); !parsed) return parsed.failure().message;
  if (handler.result->valid(scratch.root())) return std::nullopt;
  return mismatch("result", handler.result->errors(scratch.root(), 4)).message;
}

std::optional<Failure> check_inside(const profile::Rule& rule, Scope& scope) {
  for (const profile::Condition& condition : rule.inside) {
    std::vector<Topic> topics;
    if (auto named = append_topics(topics, condition.topic, scope); !named) return named.failure();
    const bool is_inside = !topics.empty() && std::all_of(topics.begin(), topics.end(),
                                                          [&](const Topic& topic) { return scope.me->inside(topic); });
    if (!is_inside) {
      const std::string usual = topics.empty() ? "no topic of family " + condition.topic.family + " is named"
                                               : "you are not on " + std::string(topics.front().text());
      return Failure{Reason::forbidden, usual, condition.failure.name};
    }
  }
  return std::nullopt;
}

std::optional<Failure> check_names(const profile::Rule& rule, Scope& scope, std::size_t claimed) {
  const auto is_later = [](const profile::Path& path) {
    return path.root == profile::Root::result || path.root == profile::Root::each;
  };
  const auto is_known = [&](const profile::TopicText& text) {
    return std::none_of(text.name.parts.begin(), text.name.parts.end(), [&](const profile::Text::Part& part) {
      return part.has_path && (is_later(part.path) || (part.path.key && is_later(*part.path.key)));
    });
  };
  std::vector<Topic> topics;
  const auto check = [&](const std::vector<profile::TopicText>& texts) -> std::optional<Failure> {
    for (const profile::TopicText& text : texts) {
      if (!is_known(text)) continue;
      if (auto named = append_topics(topics, text, scope); !named) return named.failure();
    }
    return std::nullopt;
  };
  for (const profile::SendStep& step : rule.sends) {
    if (auto failure = check(step.to)) return failure;
  }
  for (const profile::OthersStep& step : rule.others) {
    for (const auto* named : {&step.of, &step.leave, &step.join}) {
      if (auto failure = check(*named)) return failure;
    }
  }
  if (auto failure = check(rule.leave)) return failure;
  topics.clear();
  if (auto failure = check(rule.join)) return failure;
  std::size_t more = claimed;
  for (const Topic& topic : topics) more += scope.me->inside(topic) ? 0 : 1;
  if (!topics.empty() && more > scope.me->memberships_left() + given_back(scope, topics).size()) {
    return Failure{Reason::limited, "limit memberships reached"};
  }
  return std::nullopt;
}

}  // namespace polygate::rules
