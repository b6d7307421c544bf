#pragma once
#include <memory>
#include <string>

#include "gateway/rules/subject.h"

namespace polygate::turns {

/// A sender that changes, and ends.
class Living : public rules::Subject {
 public:
  /// All that it is now, for a turn that goes on when it has changed or is no more.
  virtual std::unique_ptr<const rules::Subject> portrait() const = 0;
};

/// Who sent a turn's event, as its rule sees it: the session itself while it is there. Role, identity and variables are
/// those at the turn's start, because nothing but a session's own turns changes them, and these come one at a time; a
/// turn that is no longer waited for keeps a copy. Memberships are those of this moment, or the last ones.
class Sender final : public rules::Subject {
 public:
  /// `living` must live until it parts; nobody is the sender of a turn that no session has begun.
  void is(const Living& living);
  void is_nobody();
  /// The same, but somebody is told of, and known as this.
  void is_nobody(profile::RoleIndex role, auth::IdentityPtr identity);
  /// The session goes on with other turns.
  void left_behind();
  /// The session is no more.
  void parts();

  SessionId id() const override { return self().id(); }
  std::string name() const override { return self().name(); }
  profile::RoleIndex role() const override { return self().role(); }
  const auth::IdentityPtr& identity() const override { return self().identity(); }
  std::string_view user() const override { return self().user(); }
  std::string_view endpoint_user() const override { return self().endpoint_user(); }
  std::string_view address() const override { return self().address(); }
  std::size_t dialect() const override { return self().dialect(); }
  const Json* variables() const override { return self().variables(); }
  std::vector<Topic> joined(std::string_view family) const override { return now_->joined(family); }
  bool inside(const Topic& topic) const override { return now_->inside(topic); }
  std::vector<Topic> gained() const override { return now_->gained(); }
  std::size_t memberships_left() const override { return now_->memberships_left(); }
  std::optional<std::string_view> parameter(profile::Root where, std::string_view name) const override {
    return self().parameter(where, name);
  }
  const Json& auth() const override { return self().auth(); }

 private:
  const rules::Subject& self() const { return start_ ? *start_ : *now_; }

  const Living* living_ = nullptr;
  const rules::Subject* now_ = nullptr;
  std::unique_ptr<const rules::Subject> start_;  ///< as it was when the turn began, if that is no longer what it is
  std::unique_ptr<const rules::Subject> last_;   ///< as it was when it parted
};

}  // namespace polygate::turns
