#include "gateway/session/identities.h"

#include <algorithm>
#include <utility>

#include "gateway/base/reason.h"
#include "gateway/rules/render.h"

namespace polygate::session {
namespace {

/// Until a token is looked at: at its end, or sooner.
Millis look_in(double seconds_left, double at_most) {
  return Millis(static_cast<std::int64_t>(std::clamp(seconds_left, 0.0, at_most) * 1000) + 1);
}

}  // namespace

void Identities::begin(Session& session, auth::IdentityPtr identity) {
  if (session.profile->names_sessions()) join_built_in(session, "session", session.name());
  if (identity) authenticated(session, std::move(identity));
  if (!session.who && session.profile->uses_user_topics) join_built_in(session, "user", session.user());
  take_role(session, session.current_role);
  const Millis within = session.endpoint.leave_role_within;
  if (within.count() > 0) deadlines_.set(session, Deadline::role, within);
}

void Identities::authenticated(Session& session, auth::IdentityPtr identity) {
  leave_built_in(session, "user");
  const bool somebody = !identity->user.empty();
  session.who = somebody ? std::move(identity) : nullptr;
  if (session.profile->uses_user_topics) join_built_in(session, "user", session.user());
  if (somebody && session.who->expires) {
    const double left = *session.who->expires - common_.services.clock->unix_seconds();
    deadlines_.set(session, Deadline::token, look_in(left, 30.0 * 24 * 3600));
  }
}

void Identities::take_role(Session& session, profile::RoleIndex role) {
  const bool same = session.current_role == role;
  session.current_role = role;
  if (!session.profile->uses_role_topics || (same && find_built_in(session, "role") != nullptr)) return;
  leave_built_in(session, "role");
  join_built_in(session, "role", session.profile->role_name(role));
}

bool Identities::has_expired(const Session& session) const {
  return session.who && session.who->expires && common_.services.clock->unix_seconds() >= *session.who->expires;
}

void Identities::expire(Session& session) {
  endings_.end(session, {close_code(Reason::unauthenticated), "token expired"}, Dropped::expired);
}

void Identities::has_had_its_first_role(Session& session) {
  if (session.current_role != session.start_role) return;
  endings_.end(session, {4408, "limit authenticate_within reached"}, std::nullopt);
}

void Identities::look_at_token(Session& session) {
  if (session.ending || !session.who || !session.who->expires) return;
  const double left = *session.who->expires - common_.services.clock->unix_seconds();
  if (left <= 0) return expire(session);
  deadlines_.set(session, Deadline::token, look_in(left, 3600.0));
}

Membership* Identities::find_built_in(Session& session, std::string_view family) {
  for (Membership& membership : session.memberships) {
    if (membership.built_in && membership.topic().family() == family) return &membership;
  }
  return nullptr;
}

void Identities::join_built_in(Session& session, std::string_view family, std::string_view name) {
  if (const auto topic = rules::built_in_topic(*session.profile, family, name))
    memberships_.join(session, *topic, true);
}

void Identities::leave_built_in(Session& session, std::string_view family) {
  if (Membership* membership = find_built_in(session, family)) memberships_.leave(session, *membership, {});
}

}  // namespace polygate::session
