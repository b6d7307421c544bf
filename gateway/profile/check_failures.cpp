#include "gateway/profile/check_failures.h"

#include <set>
#include <string>
#include <vector>

#include "gateway/profile/check_paths.h"

namespace polygate::profile {
namespace {

/// Those that rules of this profile give to failures of their own.
std::set<std::string> own_names(const Profile& profile) {
  std::set<std::string> names;
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
    const std::set<std::string> own = own_names(context.profile);
    if (own.contains(called)) continue;
    std::vector<std::string> known(own.begin(), own.end());
    for (std::size_t i = 0; i < kReasonCount; ++i) known.emplace_back(name(static_cast<Reason>(i)));
    for (const FinerName& finer : finer_names()) known.emplace_back(finer.name);
    context.problem(words.place,
                    "no failure is called `" + called + "`: it is a reason, a finer name of the gateway's, or what " +
                        "`failure:` of a condition or claim gives",
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

}  // namespace polygate::profile
