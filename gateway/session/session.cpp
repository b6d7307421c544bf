#include "gateway/session/session.h"

#include <algorithm>

#include "gateway/rules/render.h"

namespace polygate::session {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::optional<std::string_view> value_of(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return std::string_view(value);
  }
  return std::nullopt;
}

profile::RoleIndex role_at_start(const profile::Endpoint& endpoint, std::string_view name_space) {
  for (const auto& [name, role] : endpoint.namespaces) {
    if (name == name_space) return role;
  }
  return endpoint.role;
}

}  // namespace

Session::Session(SessionId id, std::uint16_t index, const profile::ProfilePtr& of, const profile::Endpoint& at,
                 Opening opening)
    : profile(of),
      endpoint(at),
      profile_index(index),
      start_role(role_at_start(at, opening.name_space)),
      current_role(opening.role.value_or(start_role)),
      place(std::move(opening.place)),
      carrier(opening.carrier),
      id_(id),
      address_(std::move(opening.address)) {
  if (opening.recoverable) {
    recovery = std::make_unique<Recovery>();
    recovery->key = SecretId::make(id.worker, id.slot);
    recovery->name_space = std::move(opening.name_space);
  }
  Handshake told;
  told.path = std::move(opening.path);
  told.query.reserve(at.query.size());
  for (auto& pair : opening.query) {
    const bool known =
        std::any_of(at.query.begin(), at.query.end(), [&](const auto& q) { return q.key == pair.first; });
    if (known && !value_of(told.query, pair.first)) told.query.push_back(std::move(pair));
  }
  for (auto& pair : opening.headers) {
    const auto& used = of->headers_used;
    if (std::find(used.begin(), used.end(), pair.first) != used.end()) told.headers.push_back(std::move(pair));
  }
  if (opening.auth.is_object()) told.auth = std::move(opening.auth);
  told.user = std::move(opening.user);
  told.name = std::move(opening.name);
  const bool any = !told.path.empty() || !told.headers.empty() || !told.query.empty() || !told.user.empty() ||
                   !told.name.empty() || told.auth.is_object();
  if (any) handshake_ = std::make_shared<Handshake>(std::move(told));
}

std::string Session::name() const {
  return handshake_ && !handshake_->name.empty() ? handshake_->name : id_.text();
}

std::string_view Session::user() const {
  return who && !who->user.empty() ? std::string_view(who->user) : endpoint_user();
}

std::string_view Session::endpoint_user() const {
  return handshake_ ? std::string_view(handshake_->user) : std::string_view();
}

std::vector<Topic> Session::joined(std::string_view family) const {
  std::vector<Topic> topics;
  for (const Membership& membership : memberships) {
    if (!membership.built_in && membership.topic().family() == family) topics.push_back(membership.as_named());
  }
  return topics;
}

Membership* Session::find(const Topic& topic) {
  const auto found = std::find_if(memberships.begin(), memberships.end(),
                                  [&](const Membership& membership) { return membership.topic() == topic; });
  return found == memberships.end() ? nullptr : &*found;
}

Membership* Session::find(Fence fence) {
  const auto found = std::find_if(memberships.begin(), memberships.end(), [&](const Membership& membership) {
    return membership.claim && membership.fence == fence;
  });
  return found == memberships.end() ? nullptr : &*found;
}

bool Session::inside(const Topic& topic) const {
  if (topic.kind == TopicKind::session) return topic.name() == id_.text();
  return const_cast<Session*>(this)->find(topic) != nullptr;
}

std::vector<Topic> Session::gained() const {
  std::vector<Topic> topics;
  for (const Membership& membership : memberships) {
    if (!membership.built_in && !membership.of_opening) topics.push_back(membership.as_named());
  }
  return topics;
}

std::size_t Session::memberships_left() const {
  std::size_t used = 0;
  for (const Membership& membership : memberships) used += membership.built_in ? 0 : 1;
  const std::size_t limit = profile->limits.memberships;
  return used >= limit ? 0 : limit - used;
}

/// What a session was at one moment. Shares what does not change.
class Session::Portrait final : public rules::Subject {
 public:
  explicit Portrait(const Session& of)
      : id_(of.id()),
        role_(of.role()),
        identity_(of.identity()),
        user_(of.user()),
        address_(of.address()),
        dialect_(of.dialect()),
        variables_(of.variables() ? std::make_unique<Json>(*of.variables()) : nullptr),
        left_(of.memberships_left()),
        handshake_(of.handshake_) {
    for (const Membership& membership : of.memberships) {
      topics_.push_back(membership.as_named());
      built_in_.push_back(membership.built_in);
    }
  }
  SessionId id() const override { return id_; }
  std::string name() const override { return handshake_ && !handshake_->name.empty() ? handshake_->name : id_.text(); }
  profile::RoleIndex role() const override { return role_; }
  const auth::IdentityPtr& identity() const override { return identity_; }
  std::string_view user() const override { return user_; }
  std::string_view endpoint_user() const override {
    return handshake_ ? std::string_view(handshake_->user) : std::string_view();
  }
  std::string_view address() const override { return address_; }
  std::size_t dialect() const override { return dialect_; }
  const Json* variables() const override { return variables_.get(); }
  std::vector<Topic> joined(std::string_view family) const override {
    std::vector<Topic> topics;
    for (std::size_t i = 0; i < topics_.size(); ++i) {
      if (!built_in_[i] && topics_[i].family() == family) topics.push_back(topics_[i]);
    }
    return topics;
  }
  bool inside(const Topic& topic) const override {
    return std::find(topics_.begin(), topics_.end(), topic) != topics_.end();
  }
  std::size_t memberships_left() const override { return left_; }
  std::optional<std::string_view> parameter(profile::Root where, std::string_view name) const override {
    return handshake_ ? handshake_->parameter(where, name) : std::nullopt;
  }
  const Json& auth() const override {
    return handshake_ && handshake_->auth.is_object() ? handshake_->auth : Subject::auth();
  }

 private:
  const SessionId id_;
  const profile::RoleIndex role_;
  const auth::IdentityPtr identity_;
  const std::string user_;
  const std::string address_;
  const std::size_t dialect_;
  const std::unique_ptr<const Json> variables_;
  const std::size_t left_;
  const std::shared_ptr<const Handshake> handshake_;
  std::vector<Topic> topics_;
  std::vector<bool> built_in_;
};

std::unique_ptr<const rules::Subject> Session::portrait() const {
  return std::make_unique<const Portrait>(*this);
}

std::optional<std::string_view> Session::Handshake::parameter(profile::Root where, std::string_view name) const {
  if (where == profile::Root::path) return value_of(path, name);
  if (where == profile::Root::header) return value_of(headers, name);
  return value_of(query, name);
}

std::optional<std::string_view> Session::parameter(profile::Root where, std::string_view name) const {
  return handshake_ ? handshake_->parameter(where, name) : std::nullopt;
}

const Json& Session::auth() const {
  return handshake_ && handshake_->auth.is_object() ? handshake_->auth : Subject::auth();
}

void Session::set(const Json& variables) {
  if (!variables_) variables_ = std::make_unique<Json>(Json::object());
  variables_->update(variables);
}

}  // namespace polygate::session
