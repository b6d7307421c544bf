#include <algorithm>

#include "gateway/rules/render.h"
#include "gateway/session/table.h"

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
  std::vector<std::string> joined(std::string_view) const override { return {}; }
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

void SessionTable::State::tick() {
  const Instant now = services.clock->now();
  while (const auto timer = deadlines.take_due(now)) {
    if (Session* session = sessions.find(timer->session)) take_due(*session, timer->deadline);
  }
  while (const auto rule = timed_due.take_due(now)) take_timed_rule(*rule);
  turns.tick(now);
  endings.settle();
}

void SessionTable::State::take_due(Session& session, Deadline deadline) {
  switch (deadline) {
    case Deadline::role:
      return identities.has_had_its_first_role(session);
    case Deadline::token:
      return identities.look_at_token(session);
    case Deadline::detached:
      return endings.end(session, {4408, "not resumed"}, std::nullopt);
    case Deadline::finish:
      return finish_now(session);
  }
}

Result<auth::IdentityPtr> SessionTable::admit(const profile::Endpoint& endpoint, const Opening& opening) {
  if (!endpoint.token) return auth::IdentityPtr();
  const Visitor visitor(endpoint, opening);
  rules::Scope scope;
  scope.me = &visitor;
  scope.clock = state_->services.clock;
  const std::string token = rules::render_text(endpoint.token->from, scope);
  if (token.empty() && endpoint.token->optional) return auth::IdentityPtr();
  return state_->services.verify(endpoint.token->verifier, token, opening.address);
}

void SessionTable::alive(SessionId id) {
  Session* session = state_->sessions.find_live(id);
  if (!session) return;
  state_->claims.answer_askers(*session, Direct::Kind::alive);
  state_->endings.settle();
}

void SessionTable::drained(SessionId id) {
  Session* session = state_->sessions.find_live(id);
  if (session && session->replays && session->carrier != nullptr) state_->replayer.drained(*session);
  state_->endings.settle();
}

void SessionTable::tick() {
  state_->tick();
}

std::optional<Instant> SessionTable::next_due() const {
  std::optional<Instant> due = state_->deadlines.next();
  for (const auto& other : {state_->timed_due.next(), state_->turns.next_due()}) {
    if (other && (!due || *other < *due)) due = other;
  }
  return due;
}

}  // namespace polygate::session
