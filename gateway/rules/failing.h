#pragma once
#include "gateway/base/json.h"
#include "gateway/rules/effects.h"
#include "gateway/rules/scope.h"

/// What a rule that fails says: whose `otherwise`, and in which words.
namespace polygate::rules {

/// `failure` as the profile tells it: its message in the profile's words, where `failures` has some, and its name only
/// where these are for the name.
Failure told(const profile::Profile& profile, const profile::Rule* rule, Scope& scope, const Failure& failure);

/// The first entry for that role and reason, the rule's own before the profile's; null: nobody says anything.
const profile::Otherwise* otherwise_for(const profile::Profile& profile, const profile::Rule* rule,
                                        profile::RoleIndex role, Reason reason);

/// `close:` of a rule, or of an entry that answers `failure`.
void close_for(const profile::CloseStep& step, const Failure* failure, Scope& scope, Effects& effects);

/// Answers a failure: the `otherwise` of the rule (may be null: it met none) or of the profile. Who asked for an
/// acknowledgement (`scope.message->ack`) gets one, even when nothing else of the message could be read.
void answer_failure(const profile::Profile& profile, const profile::Rule* rule, Scope& scope, const Failure& failure,
                    json::Document& scratch, Effects& effects, Verdict& verdict);

}  // namespace polygate::rules
