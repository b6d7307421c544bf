#include <algorithm>

#include "gateway/profile/render.h"
#include "gateway/session/table.h"

namespace polygate::session {
namespace {

Failure taken(const Topic& topic) {
  return {Reason::taken, std::string(topic.text()) + " is taken"};
}

/// The sender as the handshake shows it, before there is a session.
class Visitor final : public profile::Subject {
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

void SessionTable::State::later(Session& session, TimerKind kind, Millis in, std::uint32_t ticket) {
  timers.add({services.clock->now() + in, kind, session.id(), ticket});
}

void SessionTable::State::claim(Session& session, const Topic& topic, Taken when_taken) {
  if (session.inside(topic)) {
    // Its own already: nothing to gain twice, nothing to give back when a later step fails.
    answered(session.id(), session.ticket,
             Failure{Reason::taken, "you hold " + std::string(topic.text()) + " already"});
    return;
  }
  services.exchange->claim(topic, session.id(), when_taken,
                           [this, id = session.id(), ticket = session.ticket, topic,
                            when_taken](Exchange::Claim claim) { claim_answer(id, ticket, topic, when_taken, claim); });
}

void SessionTable::State::claim_answer(SessionId id, std::uint32_t ticket, const Topic& topic, Taken when_taken,
                                       const Exchange::Claim& claim) {
  Session* session = find(id);
  const bool waits = session && session->ticket == ticket && session->job;
  if (claim.gained && !waits) {
    services.exchange->release(topic, id);
    return;
  }
  if (!waits) return;
  if (claim.gained) {
    answered(id, ticket, profile::Answer(Json()));
  } else if (when_taken == Taken::probe) {
    probe_owner(*session, topic, claim.owner);
  } else {
    answered(id, ticket, taken(topic));
  }
}

void SessionTable::State::probe_owner(Session& session, const Topic& topic, SessionId owner) {
  session.probed = std::make_unique<Topic>(topic);
  session.probed_owner = owner;
  later(session, TimerKind::probe, session.job->rule->claim->within, session.ticket);
  Direct probe;
  probe.kind = Direct::Kind::probe;
  probe.to = owner;
  probe.asker = session.id();
  probe.topic = std::make_shared<const std::string>(topic.key);
  services.exchange->direct(std::move(probe));
}

void SessionTable::State::owner_is_alive(const Direct& direct) {
  Session* session = find(direct.to);
  if (!session || !session->probed || session->probed->key != *direct.topic) return;
  const Topic topic = *std::exchange(session->probed, nullptr);
  answered(session->id(), session->ticket, taken(topic));
}

void SessionTable::State::probe_failed(Session& session) {
  const Topic topic = *std::exchange(session.probed, nullptr);
  services.exchange->take_over(topic, session.id(), session.probed_owner,
                               [this, id = session.id(), ticket = session.ticket, topic](const Exchange::Claim& claim) {
                                 claim_answer(id, ticket, topic, Taken::refuse, claim);
                               });
}

void SessionTable::State::tick() {
  const Instant now = services.clock->now();
  while (const auto timer = timers.take_due(now)) {
    Session* session = find(timer->session);
    if (!session || session->phase > Session::Phase::open) {
      if (!session || timer->kind != TimerKind::handler) continue;
    }
    switch (timer->kind) {
      case TimerKind::role_deadline:
        if (session->current_role == session->endpoint.role) {
          doom(*session, 4408, "limit authenticate_within reached");
        }
        break;
      case TimerKind::token_expiry: {
        if (!session->who || !session->who->expires) break;
        const double left = *session->who->expires - services.clock->unix_seconds();
        if (left <= 0) {
          doom(*session, close_code(Reason::unauthenticated), "token expired");
        } else {
          later(*session, TimerKind::token_expiry, Millis(static_cast<std::int64_t>(std::min(left, 3600.0) * 1000) + 1),
                0);
        }
        break;
      }
      case TimerKind::probe:
        if (session->ticket == timer->ticket && session->probed) probe_failed(*session);
        break;
      case TimerKind::detached:
        if (session->is_detached() && session->recovery->losses == timer->ticket) doom(*session, 4408, "not resumed");
        break;
      case TimerKind::timed_rule:
        take_timed_rule(*session, timer->ticket);
        break;
      case TimerKind::handler:
        answered(session->id(), timer->ticket, Failure{Reason::busy, "the handler did not answer in time"});
        break;
    }
  }
  settle();
}

Result<auth::IdentityPtr> SessionTable::admit(const profile::Endpoint& endpoint, const Opening& opening) {
  if (!endpoint.token) return auth::IdentityPtr();
  const Visitor visitor(endpoint, opening);
  profile::Scope scope;
  scope.me = &visitor;
  scope.clock = state_->services.clock;
  const std::string token = profile::render_text(endpoint.token->from, scope);
  if (token.empty() && endpoint.token->optional) return auth::IdentityPtr();
  const auth::Verifier* verifier = state_->services.verifiers->find(endpoint.token->verifier);
  if (!verifier) return Failure{Reason::internal, "internal error"};
  std::string why;
  auto identity = verifier->verify(auth::strip_bearer(token), state_->services.clock->unix_seconds(), &why);
  if (!identity) {
    state_->services.log->write_rarely(
        "auth " + endpoint.token->verifier, Level::warn, "token refused",
        {{"verifier", endpoint.token->verifier}, {"why", why}, {"address", opening.address}});
  }
  return identity;
}

void SessionTable::alive(SessionId id) {
  Session* session = state_->find_live(id);
  if (!session) return;
  state_->answer_askers(*session, Direct::Kind::alive);
  state_->settle();
}

void SessionTable::tick() {
  state_->tick();
}

std::optional<Instant> SessionTable::next_due() const {
  return state_->timers.next();
}

}  // namespace polygate::session
