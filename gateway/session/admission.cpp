#include "gateway/session/admission.h"

#include <string>

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

}  // namespace

Result<auth::IdentityPtr> admit(const turns::Services& services, const profile::Profile& profile,
                                const profile::Endpoint& endpoint, const Opening& opening) {
  if (!endpoint.token) return auth::IdentityPtr();
  const Visitor visitor(endpoint, opening);
  rules::Scope scope;
  scope.profile = &profile;
  scope.me = &visitor;
  scope.clock = services.clock;
  const std::string token = rules::render_text(endpoint.token->from, scope);
  if (token.empty() && endpoint.token->optional) return auth::IdentityPtr();
  return services.verify(endpoint.token->verifier, token, opening.address);
}

}  // namespace polygate::session
