#include "gateway/turns/sender.h"

#include <utility>

namespace polygate::turns {
namespace {

/// Stands in for a session where there is none.
class Nobody final : public rules::Subject {
 public:
  Nobody(profile::RoleIndex role, auth::IdentityPtr identity) : role_(role), identity_(std::move(identity)) {}
  SessionId id() const override { return {}; }
  profile::RoleIndex role() const override { return role_; }
  const auth::IdentityPtr& identity() const override { return identity_; }
  std::string_view user() const override { return identity_ ? std::string_view(identity_->user) : std::string_view(); }
  std::string_view address() const override { return {}; }
  const Json* variables() const override { return nullptr; }
  std::vector<Topic> joined(std::string_view) const override { return {}; }
  bool inside(const Topic&) const override { return false; }
  std::size_t memberships_left() const override { return 0; }
  std::optional<std::string_view> parameter(profile::Root, std::string_view) const override { return std::nullopt; }

 private:
  const profile::RoleIndex role_;
  const auth::IdentityPtr identity_;
};

}  // namespace

void Sender::is(const Living& living) {
  start_.reset();
  last_.reset();
  living_ = &living;
  now_ = &living;
}

void Sender::is_nobody() {
  is_nobody(0, nullptr);
}

void Sender::is_nobody(profile::RoleIndex role, auth::IdentityPtr identity) {
  living_ = nullptr;
  last_ = std::make_unique<Nobody>(role, std::move(identity));
  start_.reset();
  now_ = last_.get();
}

void Sender::left_behind() {
  if (living_ != nullptr && !start_) start_ = living_->portrait();
}

void Sender::parts() {
  if (living_ == nullptr) return;
  last_ = living_->portrait();
  now_ = last_.get();
  living_ = nullptr;
}

}  // namespace polygate::turns
