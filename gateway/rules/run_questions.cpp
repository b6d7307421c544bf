// What a run asks its host for, step by step.
#include <utility>

#include "gateway/rules/checks.h"
#include "gateway/rules/doing_once.h"
#include "gateway/rules/render.h"
#include "gateway/rules/run.h"

namespace polygate::rules {
namespace {

/// Null where it is one absent path, or bytes that are no JSON.
Json rendered(const profile::Shape& shape, Scope& scope) {
  std::string text;
  if (!append_json(text, shape, scope)) return nullptr;
  Json value = Json::parse(text, nullptr, false);
  return value.is_discarded() ? Json() : value;
}

}  // namespace

std::optional<Failure> Run::charge(Host& host) {
  std::string key;
  if (rule_.rate->per) append_text(key, *rule_.rate->per, scope_);
  if (key.size() > kMaxTopicName) return Failure{Reason::invalid, "what is counted is longer than 256 bytes"};
  waiting_ = true;
  host.charge(*rule_.rate, std::move(key));
  return std::nullopt;
}

std::optional<Failure> Run::recall(Host& host) {
  topics_.clear();
  if (auto named = append_topics(topics_, rule_.recall->topic, scope_); !named) return named.failure();
  if (topics_.size() > 1) {
    return Failure{Reason::invalid, "one topic of family " + rule_.recall->topic.family + " can be recalled from"};
  }
  const std::string key = render_text(rule_.recall->key, scope_);
  // Nothing stays with nobody, or under a key that is too long.
  if (topics_.empty() || key.size() > kMaxTopicName) return std::nullopt;
  waiting_ = true;
  host.recall(topics_.front(), key);
  return std::nullopt;
}

std::optional<Failure> Run::ask_needs(Host& host) {
  if (need_ == rule_.needs.size()) return std::nullopt;
  topics_.clear();
  const profile::Condition& need = rule_.needs[need_];
  if (auto named = append_topics(topics_, need.topic, scope_); !named) return named.failure();
  if (topics_.empty()) {
    return Failure{Reason::absent, "no topic of family " + need.topic.family + " is named", need.failure.name};
  }
  is_one_need_ = topics_.size() == 1;
  waiting_ = true;
  host.present(topics_.back());
  return std::nullopt;
}

std::optional<Failure> Run::ask_claim(Host& host) {
  topics_.clear();
  if (auto named = append_topics(topics_, rule_.claim->topic, scope_); !named) return named.failure();
  if (topics_.size() != 1) {
    return Failure{Reason::invalid, "exactly one topic of family " + rule_.claim->topic.family + " can be claimed"};
  }
  if (scope_.me->memberships_left() == 0) return Failure{Reason::limited, "limit memberships reached"};
  waiting_ = true;
  host.claim(topics_.front(), rule_.claim->when_taken);
  return std::nullopt;
}

std::optional<Failure> Run::line_up(Host& host) {
  auto text = whole_text(rule_.order->text, scope_);
  if (!text) return std::nullopt;
  if (text->size() > kMaxTopicName) return Failure{Reason::invalid, "what `order` names is longer than 256 bytes"};
  order_ = std::move(*text);
  waiting_ = true;
  host.line_up(order_);
  return std::nullopt;
}

std::optional<Failure> Run::begin_once(Host& host) {
  const auto key = once_key(*rule_.once, scope_);
  if (!key) return key.failure();
  if (!*key) return std::nullopt;
  waiting_ = true;
  host.begin(*rule_.once, **key, hash_of(profile_, *message_));
  return std::nullopt;
}

Call Run::make_call(const profile::HandlerStep& step) {
  Call call;
  call.profile = profile_.name;
  call.event = scope_.event;
  call.role = profile_.role_name(scope_.me->role());
  call.session = scope_.me->name();
  call.user = scope_.user();
  call.order = order_;
  const auth::IdentityPtr& identity = scope_.new_identity ? scope_.new_identity : scope_.me->identity();
  if (identity) call.claims = identity->claims;
  if (step.data) {
    call.data = rendered(*step.data, scope_);
  } else if (message_ && profile_.dialect->traits().json) {
    call.data = json::to_json(message_->data);
  }
  if (step.has_with) call.with = rendered(step.with, scope_);
  return call;
}

}  // namespace polygate::rules
