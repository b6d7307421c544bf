#include "gateway/profile/check_failures.h"

#include <set>
#include <string>
#include <vector>

#include "gateway/profile/check_paths.h"

namespace polygate::profile {
namespace {

/// Those that rules of this profile give to failures of their own, and those that its plugins declare.
std::set<std::string> own_names(const CheckContext& context) {
  const Profile& profile = context.profile;
  std::set<std::string> names;
  for (const std::string& plugin : profile.plugins) {
    const auto declared = context.surroundings.failures.find(plugin);
    if (declared != context.surroundings.failures.end()) names.insert(declared->second.begin(), declared->second.end());
  }
  each_rule(profile, [&](const Rule& rule) {
    for (const auto* conditions : {&rule.inside, &rule.needs}) {
      for (const Condition& condition : *conditions) names.insert(condition.failure.name);
    }
    if (rule.claim) names.insert(rule.claim->failure.name);
  });
  names.erase("");
  return names;
}

}  // namespace

void check_failures(CheckContext& context, const CheckScope& where, const Failures& failures) {
  CheckScope scope = where;
  scope.has_failure = true;
  for (const auto& [called, words] : failures) {
    if (words.text) check_text(context, scope, *words.text);
    if (words.code) check_text(context, scope, *words.code);
    if (reason_of(called)) continue;
    const std::set<std::string> own = own_names(context);
    if (own.contains(called)) continue;
    std::vector<std::string> known(own.begin(), own.end());
    for (std::size_t i = 0; i < kReasonCount; ++i) known.emplace_back(name(static_cast<Reason>(i)));
    for (const FinerName& finer : finer_names()) known.emplace_back(finer.name);
    context.problem(words.place,
                    "no failure is called `" + called + "`: it is a reason, a finer name of the gateway's, what " +
                        "`failure:` of a condition or claim gives, or what a plugin of this profile declares",
                    did_you_mean(called, known));
  }
}

void check_own_failure(CheckContext& context, const Rule& rule, const OwnFailure& failure) {
  if (failure.name.empty()) return;
  if (reason_of(failure.name)) {
    context.problem(failure.place, "`" + failure.name + "` is a name of the gateway's own: choose another");
  } else if (!rule.failures.contains(failure.name) && !context.profile.failures.contains(failure.name)) {
    context.problem(failure.place,
                    "`" + failure.name + "` has no words: `failures` of the rule or the profile says them");
  }
}

void check_declared_failures(CheckContext& context, const std::string& plugin, const Place& place) {
  const auto declared = context.surroundings.failures.find(plugin);
  if (declared == context.surroundings.failures.end()) return;
  for (const std::string& failure : declared->second) {
    if (!reason_of(failure)) continue;
    context.problem(
        place, "plugin `" + plugin + "` declares the failure `" + failure + "`, which is a name of the gateway's own");
  }
}

}  // namespace polygate::profile
