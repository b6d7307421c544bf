// The step `authenticate` of a run.
#include <memory>
#include <utility>

#include "gateway/rules/authenticating.h"
#include "gateway/rules/run.h"

namespace polygate::rules {

std::optional<Failure> Run::authenticate(Host& host) {
  const profile::AuthenticateStep& step = *rule_.authenticate;
  const std::string token = token_of(step, scope_);
  if (token.empty()) return step.optional ? std::nullopt : std::optional(no_token());
  auto judged = host.verify(step, token);
  if (!judged) {
    const bool is_none = step.invalid_is_none && judged.failure().reason == Reason::unauthenticated;
    return is_none ? std::nullopt : std::optional(judged.failure());
  }
  judged_ = std::move(*judged);
  if (!judged_.judge->roles.empty()) role_ = judged_.judge->roles.front();
  if (!step.handler) return take_identity();
  Call call = make_call(*step.handler);
  call.user = judged_.identity->user;
  call.claims = judged_.identity->claims;
  call.authenticates = true;
  for (const profile::RoleIndex role : judged_.judge->roles) call.roles.push_back(profile_.role_name(role));
  waiting_ = true;
  host.look(step.handler->name, std::move(call));
  return std::nullopt;
}

/// What the look has made of the identity, if anything.
std::optional<Failure> Run::identify(const std::optional<Identity>& completed) {
  if (completed) {
    auto identity = std::make_shared<auth::Identity>(*judged_.identity);
    identity->user = completed->user;
    identity->claims = completed->claims;
    judged_.identity = std::move(identity);
    for (const profile::RoleIndex one : judged_.judge->roles) {
      if (profile_.role_name(one) == completed->role) role_ = one;
    }
  }
  return take_identity();
}

/// From here on the sender is who it has shown to be.
std::optional<Failure> Run::take_identity() {
  const profile::AuthenticateStep& step = *rule_.authenticate;
  if (auto checked = check_user(step, *judged_.identity, scope_); !checked) {
    role_.reset();
    return step.invalid_is_none ? std::nullopt : std::optional(checked.failure());
  }
  scope_.new_identity = std::move(judged_.identity);
  return std::nullopt;
}

}  // namespace polygate::rules
