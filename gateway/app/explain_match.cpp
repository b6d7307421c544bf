#include "gateway/app/explain_match.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/base/units.h"
#include "gateway/rules/render.h"

namespace polygate::app {
namespace {

/// `presence.user.arrived` is written like the way to it in the file.
std::optional<Matching> match_presence(const profile::Profile& profile, const std::string& way,
                                       profile::RoleIndex role) {
  for (const auto& [family, presence] : profile.presence) {
    const bool has_arrived = way == "presence." + family + ".arrived";
    if (!has_arrived && way != "presence." + family + ".left") continue;
    Matching matching;
    matching.is_event = false;
    matching.family = family;
    matching.when =
        has_arrived ? "the first session has come to " + family + "/$name"
                    : "the last session has been gone from " + family + "/$name for " + format_duration(presence.after);
    const profile::Rule* rule = rule_for(has_arrived ? presence.arrived : presence.left, role);
    if (rule != nullptr) matching.rules.push_back(rule);
    return matching;
  }
  return std::nullopt;
}

}  // namespace

Result<Matching> match(const profile::Profile& profile, const std::string& event, profile::RoleIndex role) {
  Matching matching;
  if (const auto found = profile.events.find(event); found != profile.events.end()) {
    matching.of_event = &found->second;
    for (const profile::Rule& rule : found->second) {
      if (!rule.takes(role)) continue;
      matching.rules.push_back(&rule);
      if (!rule.matching) break;
    }
    return matching;
  }
  if (event == "opened" || event == "closed") {
    matching.is_event = false;
    for (const profile::Rule& rule : event == "opened" ? profile.opened : profile.closed) {
      if (rule.takes(role)) matching.rules.push_back(&rule);
    }
    return matching;
  }
  if (event == "started") {
    matching.is_event = false;
    for (const profile::Rule& rule : profile.started) matching.rules.push_back(&rule);
    return matching;
  }
  for (const auto& [name, timer] : profile.timers) {
    if (event != "timers." + name) continue;
    matching.is_event = false;
    matching.when = "each time that " + format_duration(timer.every) + " have passed";
    matching.rules.push_back(&timer.rule);
    return matching;
  }
  if (auto presence = match_presence(profile, event, role)) return std::move(*presence);
  std::vector<std::string> known;
  for (const auto& [name, rules] : profile.events) known.push_back(name);
  for (const auto& [name, timer] : profile.timers) known.push_back("timers." + name);
  for (const auto& [family, presence] : profile.presence) {
    known.push_back("presence." + family + ".arrived");
    known.push_back("presence." + family + ".left");
  }
  const std::string hint = did_you_mean(event, known);
  return Failure{Reason::unknown, "profile " + profile.name + " has no event `" + shown(event) + "`" +
                                      (hint.empty() ? "" : ", " + hint)};
}

std::string name_in(const TrialSettings& settings, const std::string& family) {
  if (family == "user") return settings.user;
  const auto its = std::find_if(settings.inside.begin(), settings.inside.end(),
                                [&](const Topic& topic) { return topic.family() == family; });
  return its == settings.inside.end() ? std::string() : rules::unescape_topic_name(its->name());
}

}  // namespace polygate::app
