#include "gateway/profile/read_timers.h"

#include <string>
#include <utility>
#include <vector>

#include "gateway/profile/read_rule.h"
#include "gateway/profile/read_value.h"

namespace polygate::profile {
namespace {

constexpr Millis kShortestPeriod{100};
constexpr Millis kLongestPeriod = std::chrono::hours(24) * 365;

void read_timer(ReadContext& context, const std::string& name, const yaml::Node& node, const Place& place) {
  if (!node.is_map()) return mismatch(context, node, "a timer", "a mapping such as {every: 30s, handler: ...}");
  Timer timer;
  if (const yaml::Node* every = expect_key(context, node, "every", place, "a timer")) {
    timer.every = read_duration(context, *every, "`every`").value_or(kShortestPeriod);
    if (timer.every < kShortestPeriod || timer.every > kLongestPeriod) {
      context.problem(every->place(), "`every` is from 100ms to 365d, this is `" + every->text() + "`");
    }
  }
  std::vector<Rule> rules = read_rules(context, node, RuleKind::timer, place);
  if (rules.empty()) return;
  timer.rule = std::move(rules.front());
  context.profile.timers.emplace(name, std::move(timer));
}

}  // namespace

void read_timers(ReadContext& context, const yaml::Node& node) {
  if (!node.is_map()) {
    mismatch(context, node, "`timers`", "a mapping of names to {every, ...}");
    return;
  }
  if (node.entries().empty()) context.problem(node.place(), "`timers` has at least one");
  for (const yaml::Node::Entry& entry : node.entries()) {
    if (is_name(entry.key)) {
      read_timer(context, entry.key, entry.value, entry.key_place);
    } else {
      context.problem(entry.key_place,
                      "a timer's name is a letter, then letters, digits, `_` or `-`, this is `" + entry.key + "`");
    }
  }
}

void refuse_every(ReadContext& context, const Place& place) {
  context.problem(place, "`every` is written as `timers`, each with a name, and its `interval` as `every`",
                  "such as timers: {sweep: {every: 30s, handler: ...}}");
}

}  // namespace polygate::profile
