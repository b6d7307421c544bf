#pragma once
#include <string_view>

#include "gateway/session/common.h"
#include "gateway/session/deadlines.h"
#include "gateway/session/endings.h"
#include "gateway/session/memberships.h"

namespace polygate::session {

/// Who sessions are: identity and role, for how long they may be that, and the topics `user/` and `role/` (and
/// `session/`, where ids have a form of their own) that the gateway itself puts them on.
class Identities {
 public:
  Identities(Common& common, Deadlines& deadlines, Endings& endings, Memberships& memberships)
      : common_(common), deadlines_(deadlines), endings_(endings), memberships_(memberships) {}

  /// A new session, whose handshake may have shown who it is.
  void begin(Session& session, auth::IdentityPtr identity);
  void authenticated(Session& session, auth::IdentityPtr identity);
  void take_role(Session& session, profile::RoleIndex role);

  bool has_expired(const Session& session) const;
  void expire(Session& session);
  /// Deadline::role
  void has_had_its_first_role(Session& session);
  /// Deadline::token
  void look_at_token(Session& session);

 private:
  Membership* find_built_in(Session& session, std::string_view family);
  void join_built_in(Session& session, std::string_view family, std::string_view name);
  void leave_built_in(Session& session, std::string_view family);

  Common& common_;
  Deadlines& deadlines_;
  Endings& endings_;
  Memberships& memberships_;
};

}  // namespace polygate::session
