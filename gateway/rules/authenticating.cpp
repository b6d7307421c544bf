#include "gateway/rules/authenticating.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "gateway/rules/render.h"

namespace polygate::rules {
namespace {

bool is_there(const Value& value) {
  const bool is_null = (value.kind == Value::Kind::view && value.view.is_null()) ||
                       (value.kind == Value::Kind::tree && value.tree->is_null());
  return value.kind != Value::Kind::absent && !is_null;
}

}  // namespace

std::string token_of(const profile::AuthenticateStep& step, Scope& scope) {
  for (const profile::Text& text : step.tokens) {
    const profile::Path& path = text.parts[0].path;
    const Value value = scope.find(path);
    if (!is_there(value)) continue;
    std::string token;
    value.append_text(token);
    const bool is_of_header = path.root == profile::Root::header;
    const std::string_view bare = is_of_header ? auth::strip_scheme(token) : std::string_view(token);
    if (!bare.empty()) return std::string(bare);
  }
  return {};
}

Failure no_token() {
  Failure failure = auth::invalid_token();
  failure.name = "no_token";
  return failure;
}

Result<void> check_user(const profile::AuthenticateStep& step, const auth::Identity& identity, Scope& scope) {
  if (!step.user || render_text(*step.user, scope) == identity.user) return {};
  return auth::invalid_token();
}

std::vector<Topic> given_back(const Scope& scope, const std::vector<Topic>& joins) {
  if (!scope.new_identity || scope.me->user().empty()) return {};
  const auth::IdentityPtr& before = scope.me->identity();
  const bool is_same =
      scope.new_identity->user == scope.me->user() && (!before || scope.new_identity->verifier == before->verifier);
  if (is_same) return {};
  std::vector<Topic> given = scope.me->gained();
  std::erase_if(given, [&](const Topic& topic) { return std::find(joins.begin(), joins.end(), topic) != joins.end(); });
  return given;
}

}  // namespace polygate::rules
