#include "gateway/session/admission.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/rules/authenticating.h"
#include "gateway/rules/choice.h"
#include "gateway/rules/failing.h"
#include "gateway/rules/problems.h"
#include "gateway/rules/render.h"

namespace polygate::session {

namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

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

/// Those that the endpoint knows; the first of a name counts.
Parameters known_in(const profile::Endpoint& endpoint, const Parameters& query) {
  Parameters known;
  for (const auto& [name, shape] : endpoint.query) {
    const std::string& key = name;
    const auto given = std::find_if(query.begin(), query.end(), [&](const auto& pair) { return pair.first == key; });
    if (given != query.end()) known.push_back(*given);
  }
  return known;
}

std::string object_of(const Parameters& parameters) {
  std::string out = "{";
  for (const auto& [name, value] : parameters) {
    if (out.size() > 1) out += ',';
    json::append_string(out, name);
    out += ':';
    json::append_string(out, value);
  }
  return out + '}';
}

/// One part of the handshake against its definition.
std::optional<Failure> check_part(const std::string& what, const std::string& text, const schema::Schema& schema,
                                  rules::Scope& scope) {
  json::Document document;
  if (const auto parsed = document.parse(text); !parsed) {
    return Failure{Reason::invalid, "the " + what + ": " + parsed.failure().message};
  }
  if (schema.valid(document.root())) return std::nullopt;
  const auto errors = schema.errors(document.root(), rules::kMostProblems);
  scope.has_problems(rules::problems_of(errors));
  return rules::mismatch(what, errors);
}

/// What the client chose, against what the profile says of it. Where it can choose nothing, nothing is held against it.
std::optional<Failure> check_handshake(const profile::Profile& profile, const profile::Endpoint& endpoint,
                                       const Opening& opening, rules::Scope& scope) {
  const auto& [path, query, auth] = profile.handshake;
  std::optional<Failure> wrong;
  if (path != nullptr && !opening.path.empty()) wrong = check_part("path", object_of(opening.path), *path, scope);
  if (!wrong && query != nullptr && !endpoint.query.empty()) {
    wrong = check_part("query", object_of(known_in(endpoint, opening.query)), *query, scope);
  }
  if (!wrong && auth != nullptr && profile.dialect_of(endpoint).traits().namespaces) {
    wrong = check_part("auth", scope.me->auth().dump(), *auth, scope);
  }
  return wrong;
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
  if (const auto wrong = check_handshake(profile, endpoint, opening, scope)) {
    return rules::told(profile, nullptr, scope, *wrong);
  }
  if (endpoint.user) opening.user = rules::render_text(*endpoint.user, scope);
  if (endpoint.id) {
    rules::Scope own = scope_of_visitor();  // nothing else that the client is told has the same `$new_id`
    opening.name = rules::render_text(*endpoint.id, own);
  }
  if (!endpoint.authenticate) return auth::IdentityPtr();
  const profile::AuthenticateStep& step = *endpoint.authenticate;
  const auto or_nobody = [&](const Failure& failure, bool is_enough) -> Result<auth::IdentityPtr> {
    return is_enough && failure.reason == Reason::unauthenticated ? Result<auth::IdentityPtr>(auth::IdentityPtr())
                                                                  : Result<auth::IdentityPtr>(failure);
  };
  const std::string token = rules::token_of(step, scope);
  if (token.empty()) return or_nobody(rules::no_token(), step.optional);
  auto judged = services.verify(step, token, opening.address);
  if (!judged) return or_nobody(judged.failure(), step.invalid_is_none);
  if (auto checked = rules::check_user(step, *judged->identity, scope); !checked) {
    return or_nobody(checked.failure(), step.invalid_is_none);
  }
  if (!judged->judge->roles.empty()) opening.role = judged->judge->roles.front();
  return std::move(judged->identity);
}

}  // namespace polygate::session
