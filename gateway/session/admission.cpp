#include "gateway/session/admission.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/rules/render.h"

namespace polygate::session {

namespace {

/// The sender as the handshake shows it, before there is a session.
class Visitor final : public rules::Subject {
 public:
  Visitor(const profile::Endpoint& endpoint, const Opening& opening) : endpoint_(endpoint), opening_(opening) {}
  SessionId id() const override { return {}; }
  profile::RoleIndex role() const override { return endpoint_.role; }
  const auth::IdentityPtr& identity() const override { return nobody_; }
  std::string_view user() const override { return {}; }
  std::string_view address() const override { return opening_.address; }
  const Json* variables() const override { return nullptr; }
  std::vector<Topic> joined(std::string_view) const override { return {}; }
  bool inside(const Topic&) const override { return false; }
  std::size_t memberships_left() const override { return 0; }
  const Json& auth() const override { return opening_.auth.is_object() ? opening_.auth : Subject::auth(); }
  std::optional<std::string_view> parameter(profile::Root where, std::string_view name) const override {
    const auto& pairs = where == profile::Root::path    ? opening_.path
                        : where == profile::Root::query ? opening_.query
                                                        : opening_.headers;
    for (const auto& [key, value] : pairs) {
      if (key == name) return std::string_view(value);
    }
    return std::nullopt;
  }

 private:
  const profile::Endpoint& endpoint_;
  const Opening& opening_;
  auth::IdentityPtr nobody_;
};

/// What known query parameters are where the client gave none, or an empty one.
void set_query_defaults(const profile::Endpoint& endpoint, Opening& opening, rules::Scope& scope) {
  for (const auto& [name, shape] : endpoint.query) {
    const std::string& key = name;  // clang 14 takes no part of a binding into a lambda
    const auto given =
        std::find_if(opening.query.begin(), opening.query.end(), [&](const auto& pair) { return pair.first == key; });
    if (given != opening.query.end() && !given->second.empty()) continue;
    std::string value;
    if (shape.kind == profile::Shape::Kind::text) {
      value = rules::render_text(shape.text, scope);
    } else if (shape.constant != "null") {
      const Json constant = Json::parse(shape.constant, nullptr, false);
      value = constant.is_string() ? constant.get<std::string>() : shape.constant;
    }
    if (value.empty()) continue;
    if (given != opening.query.end()) {
      given->second = std::move(value);
    } else {
      opening.query.emplace_back(name, std::move(value));
    }
  }
}

}  // namespace

Result<auth::IdentityPtr> admit(const turns::Services& services, const profile::Profile& profile,
                                const profile::Endpoint& endpoint, Opening& opening) {
  const Visitor visitor(endpoint, opening);
  const auto scope_of_visitor = [&] {
    rules::Scope scope;
    scope.profile = &profile;
    scope.me = &visitor;
    scope.clock = services.clock;
    return scope;
  };
  rules::Scope scope = scope_of_visitor();
  set_query_defaults(endpoint, opening, scope);
  if (endpoint.user) opening.user = rules::render_text(*endpoint.user, scope);
  if (endpoint.id) {
    rules::Scope own = scope_of_visitor();  // nothing else that the client is told has the same `$new_id`
    opening.name = rules::render_text(*endpoint.id, own);
  }
  if (!endpoint.token) return auth::IdentityPtr();
  const std::string token = rules::render_text(endpoint.token->from, scope);
  if (token.empty() && endpoint.token->optional) return auth::IdentityPtr();
  return services.verify(endpoint.token->verifier, token, opening.address);
}

}  // namespace polygate::session
