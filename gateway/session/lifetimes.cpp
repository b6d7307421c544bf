#include "gateway/session/lifetimes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/rules/render.h"

namespace polygate::session {

Lifetimes::Lifetimes(Common& common, Sessions& sessions, Deadlines& deadlines, Claims& claims, Memberships& memberships,
                     Identities& identities, turns::TurnTable& turns)
    : common_(common),
      sessions_(sessions),
      deadlines_(deadlines),
      claims_(claims),
      memberships_(memberships),
      identities_(identities),
      turns_(turns) {}

Session& Lifetimes::make(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                         auth::IdentityPtr identity) {
  const auto& profiles = common_.services.profiles;
  const auto profile_index = std::find(profiles.begin(), profiles.end(), profile) - profiles.begin();
  Session& session = sessions_.make(static_cast<std::uint16_t>(profile_index), profile, endpoint, std::move(opening));
  ++common_.counts(session).sessions;
  ++common_.counts(session).opened;
  set_query_defaults(session);
  identities_.begin(session, std::move(identity));
  return session;
}

/// What known query parameters are when the client did not give them.
void Lifetimes::set_query_defaults(Session& session) {
  rules::Scope scope;
  scope.profile = session.profile.get();
  scope.me = &session;
  scope.clock = common_.services.clock;
  for (const auto& [name, shape] : session.endpoint.query) {
    if (session.has_query(name)) continue;
    std::string value;
    if (shape.kind == profile::Shape::Kind::text) {
      rules::append_text(value, shape.text, scope);
    } else if (shape.constant != "null") {
      const Json constant = Json::parse(shape.constant, nullptr, false);
      value = constant.is_string() ? constant.get<std::string>() : shape.constant;
    }
    if (!value.empty()) session.set_query_default(name, std::move(value));
  }
  if (session.endpoint.user) session.set_endpoint_user(rules::render_text(*session.endpoint.user, scope));
}

void Lifetimes::free(Session& session) {
  memberships_.leave_all(session);
  claims_.answer_askers(session, Direct::Kind::dead);
  if (turns::Turn* turn = turns_.find(session.overdue)) turn->sender.parts();
  deadlines_.clear(session);
  --common_.counts(session).ending;
  --common_.counts(session).sessions;
  sessions_.free(session);
}

}  // namespace polygate::session
