#pragma once
#include <string>
#include <vector>

#include "gateway/auth/verifier.h"
#include "gateway/base/result.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/topic.h"
#include "gateway/rules/scope.h"

/// `authenticate`, as rules and handshakes have it.
namespace polygate::rules {

/// Whom a verifier takes the bearer of a token for. Judge::roles says what that makes of it.
struct Judged {
  auth::IdentityPtr identity;
  const profile::Judge* judge = nullptr;
};

/// The first of the step's tokens that is there, of a header without its scheme; empty: none is.
std::string token_of(const profile::AuthenticateStep& step, Scope& scope);

/// Why nobody is named without a token.
Failure no_token();

/// Is it who it must be? The scope is that of the sender as it was.
Result<void> check_user(const profile::AuthenticateStep& step, const auth::Identity& identity, Scope& scope);

/// What the sender gives back because the rule makes another user of it: all that it has joined and claimed since it
/// was open, but what the rule joins.
std::vector<Topic> given_back(const Scope& scope, const std::vector<Topic>& joins);

}  // namespace polygate::rules
