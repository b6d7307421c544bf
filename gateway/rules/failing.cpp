#include "gateway/rules/failing.h"

#include <utility>

#include "gateway/rules/outgoing.h"
#include "gateway/rules/render.h"

namespace polygate::rules {
namespace {

const profile::Otherwise* matching(const std::vector<profile::Otherwise>& list, profile::RoleIndex role,
                                   Reason reason) {
  for (const profile::Otherwise& entry : list) {
    if (entry.answers(role, reason)) return &entry;
  }
  return nullptr;
}

}  // namespace

Failure told(const profile::Profile& profile, const profile::Rule* rule, Scope& scope, const Failure& failure) {
  Failure said = failure;
  const profile::FoundWords found = words_for(profile, rule, failure.name, failure.reason);
  if (!found.by_name) said.name.clear();
  if (found.text == nullptr && found.code == nullptr) return said;
  const Failure* before = std::exchange(scope.failure, &failure);  // the words may name the usual ones by `$message`
  if (found.text != nullptr) said.message = render_text(*found.text, scope);
  if (found.code != nullptr) said.code = render_text(*found.code, scope);
  scope.failure = before;
  return said;
}

const profile::Otherwise* otherwise_for(const profile::Profile& profile, const profile::Rule* rule,
                                        profile::RoleIndex role, Reason reason) {
  const profile::Otherwise* answer = rule ? matching(rule->otherwise, role, reason) : nullptr;
  return answer ? answer : matching(profile.otherwise, role, reason);
}

void close_for(const profile::CloseStep& step, const Failure* failure, Scope& scope, Effects& effects) {
  if (!step.close) return;
  Closing closing;
  closing.code = step.code != 0 ? step.code : failure ? close_code(failure->reason) : std::uint16_t{1000};
  if (step.reason) {
    closing.reason = render_text(*step.reason, scope);
  } else if (failure) {
    closing.reason = name(failure->reason);
  }
  effects.close = std::move(closing);
}

void answer_failure(const profile::Profile& profile, const profile::Rule* rule, Scope& scope, const Failure& failure,
                    json::Document& scratch, Effects& effects, Verdict& verdict) {
  verdict.failure = failure;
  effects = Effects{};
  const profile::RoleIndex role = scope.me->role();  // what the sender was: nothing of a failed rule happened
  scope.new_role.reset();
  scope.new_identity.reset();
  scope.new_variables = nullptr;
  scope.gained = scope.joined = scope.left = nullptr;
  const profile::Otherwise* answer = otherwise_for(profile, rule, role, failure.reason);
  if (!answer) {
    // Nothing of this profile can say it: end the conversation rather than be silent.
    effects.close = Closing{close_code(failure.reason), std::string(name(failure.reason))};
    return;
  }
  const Failure said = told(profile, rule, scope, failure);
  scope.failure = &said;
  Outbound outbound(profile, nullptr, scope, scratch, verdict);
  for (const profile::ReplyStep& step : answer->replies) {
    static_cast<void>(outbound.reply(step, effects.replies));  // what is broken is told in the verdict
  }
  outbound.acknowledge(effects.replies);
  close_for(answer->close, &said, scope, effects);
  scope.failure = nullptr;
}

}  // namespace polygate::rules
