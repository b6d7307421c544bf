#include "gateway/session/session.h"

#include <algorithm>

#include "gateway/profile/render.h"

namespace polygate::session {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::optional<std::string_view> look_up(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return std::string_view(value);
  }
  return std::nullopt;
}

profile::RoleIndex start_role(const profile::Endpoint& endpoint, std::string_view name_space) {
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
      current_role(start_role(at, opening.name_space)),
      line(opening.line),
      id_(id),
      address_(std::move(opening.address)) {
  if (opening.recoverable) {
    recovery = std::make_unique<Recovery>();
    recovery->key = SecretId::make(id.worker, id.slot);
    recovery->name_space = std::move(opening.name_space);
  }
  if (opening.auth.is_object()) auth_ = std::make_unique<Json>(std::move(opening.auth));
  Parameters parameters;
  parameters.path = std::move(opening.path);
  for (auto& pair : opening.query) {
    const bool known =
        std::any_of(at.query.begin(), at.query.end(), [&](const auto& q) { return q.key == pair.first; });
    if (known && !look_up(parameters.query, pair.first)) parameters.query.push_back(std::move(pair));
  }
  for (auto& pair : opening.headers) {
    const auto& used = of->headers_used;
    if (std::find(used.begin(), used.end(), pair.first) != used.end()) parameters.headers.push_back(std::move(pair));
  }
  const bool any =
      !parameters.path.empty() || !parameters.query.empty() || !parameters.headers.empty() || !at.query.empty();
  if (any) parameters_ = std::make_unique<Parameters>(std::move(parameters));
}

std::string_view Session::user() const {
  if (who && !who->user.empty()) return who->user;
  return endpoint_user;
}

std::vector<std::string> Session::joined(std::string_view family) const {
  std::vector<std::string> names;
  for (const Membership& membership : memberships) {
    const Topic& topic = membership.topic();
    if (!membership.built_in && topic.family() == family) names.push_back(profile::unescape_topic_name(topic.name()));
  }
  return names;
}

Membership* Session::find(const Topic& topic) {
  const auto found = std::find_if(memberships.begin(), memberships.end(),
                                  [&](const Membership& membership) { return membership.topic() == topic; });
  return found == memberships.end() ? nullptr : &*found;
}

bool Session::inside(const Topic& topic) const {
  if (topic.kind == TopicKind::session) return topic.name() == id_.text();
  return const_cast<Session*>(this)->find(topic) != nullptr;
}

std::size_t Session::memberships_left() const {
  std::size_t used = 0;
  for (const Membership& membership : memberships) used += membership.built_in ? 0 : 1;
  const std::size_t limit = profile->limits.memberships;
  return used >= limit ? 0 : limit - used;
}

std::optional<std::string_view> Session::parameter(profile::Root where, std::string_view name) const {
  if (!parameters_) return std::nullopt;
  if (where == profile::Root::path) return look_up(parameters_->path, name);
  if (where == profile::Root::header) return look_up(parameters_->headers, name);
  return look_up(parameters_->query, name);
}

void Session::set(const Json& variables) {
  if (!variables_) variables_ = std::make_unique<Json>(Json::object());
  variables_->update(variables);
}

void Session::set_query_default(const std::string& name, std::string value) {
  parameters_->query.emplace_back(name, std::move(value));
}

}  // namespace polygate::session
