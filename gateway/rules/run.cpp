#include "gateway/rules/run.h"

#include <algorithm>
#include <utility>

#include "gateway/dialect/socket_io.h"
#include "gateway/rules/checks.h"
#include "gateway/rules/doing_once.h"
#include "gateway/rules/failing.h"
#include "gateway/rules/ordering.h"
#include "gateway/rules/outgoing.h"
#include "gateway/rules/render.h"

namespace polygate::rules {
namespace {

/// Null where it is one absent path, or bytes that are no JSON.
Json rendered(const profile::Shape& shape, Scope& scope) {
  std::string text;
  if (!append_json(text, shape, scope)) return nullptr;
  Json value = Json::parse(text, nullptr, false);
  return value.is_discarded() ? Json() : value;
}

/// May what its clients say have binary pieces beside it?
bool has_attachments(const profile::Profile& profile) {
  return profile.dialect->traits().arguments ||
         std::any_of(profile.other_dialects.begin(), profile.other_dialects.end(),
                     [](const auto& other) { return other->traits().arguments; });
}

}  // namespace

Run::Run(const profile::Profile& profile, const profile::Rule& rule, const Subject& me, const Clock& clock,
         std::string_view event, const dialect::Event* message)
    : profile_(profile), rule_(rule), message_(message) {
  scope_.profile = &profile;
  scope_.me = &me;
  scope_.clock = &clock;
  scope_.event = event;
  scope_.message = message;
}

void Run::give_back(Host& host) {
  for (const Topic& topic : effects_.claimed) host.release(topic);
  effects_.claimed.clear();
}

void Run::cancel(Host& host, Failure failure) {
  answer_.reset();
  fail(host, std::move(failure));
}

void Run::expire(Host& host, const Failure& failure) {
  disown(host);
  if (!message_) return;
  auth::IdentityPtr identity = scope_.new_identity;  // what is said to others still reads it
  answer_failure(profile_, &rule_, scope_, failure, host.scratch(), effects_, verdict_);
  scope_.new_identity = std::move(identity);
}

std::vector<FramePtr> Run::tell(const Failure& failure, json::Document& scratch) {
  std::vector<FramePtr> said;
  const auto asks = [&](const profile::Otherwise& entry) {
    return !entry.on.empty() && entry.answers(scope_.me->role(), failure.reason);
  };
  for (const std::vector<profile::Otherwise>* list : {&rule_.otherwise, &profile_.otherwise}) {
    const auto entry = std::find_if(list->begin(), list->end(), asks);
    if (entry == list->end()) continue;
    const Failure said_so = told(profile_, &rule_, scope_, failure);
    scope_.failure = &said_so;
    Outbound outbound(profile_, nullptr, scope_, scratch, verdict_);
    for (const profile::ReplyStep& step : entry->replies) {
      if (step.ack == profile::ReplyStep::Ack::no) static_cast<void>(outbound.reply(step, said));
    }
    scope_.failure = nullptr;
    return said;
  }
  return said;
}

void Run::disown(Host& host) {
  give_back(host);
  disowned_ = true;
}

/// Most rules have few of the steps.
bool Run::has(Step step) const {
  switch (step) {
    case Step::schema:
      return message_ != nullptr;
    case Step::rate:
      return rule_.rate.has_value();
    case Step::authenticate:
      return rule_.authenticate.has_value();
    case Step::look:
      return rule_.look.has_value();
    case Step::recall:
      return rule_.recall.has_value();
    case Step::inside:
      return !rule_.inside.empty();
    case Step::needs:
      return !rule_.needs.empty();
    case Step::claim:
      return rule_.claim.has_value();
    case Step::order:
      return rule_.order.has_value();
    case Step::once:
      return rule_.once.has_value();
    case Step::handler:
      return rule_.handler.has_value() && !repeated_;
    case Step::effects:
    case Step::done:
      break;
  }
  return true;
}

bool Run::advance(Host& host) {
  while (step_ != Step::done) {
    if (!has(step_)) {
      step_ = static_cast<Step>(static_cast<int>(step_) + 1);
      continue;
    }
    std::optional<Failure> failure;
    if (!waiting_) {
      failure = ask(host, step_);
      if (waiting_) continue;  // a question is open; its answer may be there already
    } else {
      if (!answer_) return false;
      waiting_ = false;
      failure = settle(host, step_);
    }
    if (failure) {
      fail(host, std::move(*failure));
      return true;
    }
    if (!waiting_) step_ = static_cast<Step>(static_cast<int>(step_) + 1);
  }
  return true;
}

/// Takes a step, or asks its question: then the run waits.
std::optional<Failure> Run::ask(Host& host, Step step) {
  switch (step) {
    case Step::schema:
      return check_data(profile_, rule_, *message_, host.scratch());
    case Step::rate:
      return charge(host);
    case Step::authenticate:
      return authenticate(host);
    case Step::look:
      waiting_ = true;
      host.look(rule_.look->name, make_call(*rule_.look));
      return std::nullopt;
    case Step::recall:
      return recall(host);
    case Step::inside:
      return check_inside(rule_, scope_);
    case Step::needs:
      return ask_needs(host);
    case Step::claim:
      return ask_claim(host);
    case Step::order:
      return line_up(host);
    case Step::once:
      return begin_once(host);
    case Step::handler:
      if (auto failure = check_names(rule_, scope_, effects_.claimed.size())) return failure;
      waiting_ = true;
      host.handle(rule_.handler->name, make_call(*rule_.handler));
      return std::nullopt;
    case Step::effects:
      return render_effects(host);
    case Step::done:
      break;
  }
  return std::nullopt;
}

/// What the handler has said, now or the first time. Where that breaks its definition it has been done all the same:
/// what does not speak of it is said, the rest is left out.
void Run::use_result(Host& host) {
  if (!rule_.handler) return;
  const profile::HandlerStep& handler = *rule_.handler;
  const auto wrong = check_result(profile_, handler, result_, host.scratch());
  if (!wrong) {
    scope_.result = &result_;
    return;
  }
  verdict_.bad_result =
      handler.name + " at " + handler.place.file + ':' + std::to_string(handler.place.line) + ": " + *wrong;
}

/// Looks at the answer to the question of `step`.
std::optional<Failure> Run::settle(Host& host, Step step) {
  Answer answer = *std::exchange(answer_, std::nullopt);
  if (!answer && step != Step::claim) return answer.failure();
  if (step == Step::authenticate || step == Step::look) {
    if (disowned_) return Failure{Reason::busy, "the look did not answer in time"};
    if (step == Step::authenticate) return identify(*answer);
    found_ = std::move(*answer);
    scope_.found = &found_;
    return std::nullopt;
  }
  if (step == Step::handler) {
    result_ = std::move(*answer);
    emissions_ = std::move(answer.emissions);
    committed_ = true;
    use_result(host);
    return std::nullopt;
  }
  if (step == Step::once) {
    if (answer->is_null()) return std::nullopt;
    result_ = std::move((*answer)["result"]);
    committed_ = repeated_ = true;
    use_result(host);
    return std::nullopt;
  }
  if (step == Step::rate || step == Step::order) return std::nullopt;
  if (step == Step::recall) {
    kept_ = std::move(*answer);
    if (kept_.empty()) return std::nullopt;
    if (has_attachments(profile_)) dialect::forget_attachments(kept_.front());
    scope_.kept = &kept_.front();
    return std::nullopt;
  }
  if (step == Step::claim) {
    if (!answer) {
      Failure failure = answer.failure();
      if (failure.reason == Reason::taken) failure.name = rule_.claim->failure.name;
      return failure;
    }
    effects_.claimed = std::move(topics_);
    return std::nullopt;
  }
  const profile::Condition& need = rule_.needs[need_];
  if (!answer->get<bool>()) {
    return Failure{Reason::absent, "nobody is on " + std::string(topics_.back().text()), need.failure.name};
  }
  if (is_one_need_) {
    scope_.needed = std::move(topics_.back());
    scope_.needed_by = static_cast<std::uint16_t>(need_ + 1);
  }
  topics_.pop_back();
  if (!topics_.empty()) {
    waiting_ = true;
    host.present(topics_.back());
    return std::nullopt;
  }
  ++need_;
  return ask_needs(host);
}

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

/// Behind the commit point: what cannot be is left out alone, as our own fault.
void Run::leave_out(const Place& place, const Failure& failure) {
  if (failure.reason == Reason::internal) return;  // the verdict has it
  verdict_.broken.push_back(place.file + ':' + std::to_string(place.line) + ": " + failure.message);
}

std::optional<Failure> Run::render_topics(const std::vector<profile::TopicText>& texts, std::vector<Topic>& into) {
  for (const profile::TopicText& topic : texts) {
    auto named = append_topics(into, topic, scope_);
    if (!named && !committed_) return named.failure();
    if (!named) leave_out(topic.place, named.failure());
  }
  return std::nullopt;
}

/// Who the sender is from now on, and where: all of it reads the sender as it was, and what is said reads it as it is.
std::optional<Failure> Run::render_changes() {
  effects_.identity = scope_.new_identity;
  if (!rule_.set.empty()) {
    effects_.variables = Json::object();
    for (const auto& [key, shape] : rule_.set) {
      std::string text;
      if (append_json(text, shape, scope_)) effects_.variables[key] = Json::parse(text, nullptr, false);
    }
  }
  if (auto failure = render_topics(rule_.join, effects_.join)) return failure;
  if (auto failure = render_topics(rule_.leave, effects_.leave)) return failure;
  const std::vector<Topic> given = given_back(scope_, effects_.join);
  effects_.leave.insert(effects_.leave.end(), given.begin(), given.end());
  // What a rule joins stays joined, however the two were named.
  std::erase_if(effects_.leave, [&](const Topic& topic) {
    return std::find(effects_.join.begin(), effects_.join.end(), topic) != effects_.join.end();
  });
  if (effects_.join.size() + effects_.claimed.size() > 0) {
    std::size_t room = scope_.me->memberships_left() + given.size();
    room -= std::min(room, effects_.claimed.size());
    for (auto topic = effects_.join.begin(); topic != effects_.join.end();) {
      if (scope_.me->inside(*topic) || room > 0) {
        room -= scope_.me->inside(*topic) ? 0 : 1;
        ++topic;
        continue;
      }
      const Failure full{Reason::limited, "limit memberships reached"};
      if (!committed_) return full;
      leave_out(rule_.place, full);
      topic = effects_.join.erase(topic);
    }
  }
  if (const auto role = rule_.become ? rule_.become : role_) {
    effects_.role = role;
    scope_.new_role = role;
  }
  if (effects_.variables.is_object()) scope_.new_variables = &effects_.variables;
  scope_.gained = &effects_.claimed;
  scope_.joined = &effects_.join;
  scope_.left = &effects_.leave;
  return std::nullopt;
}

std::optional<Failure> Run::render_effects(Host& host) {
  if (disowned_) effects_ = Effects{};  // what was said instead of it has been said
  if (auto failure = render_changes()) return failure;
  Outbound outbound(profile_, &rule_, scope_, host.scratch(), verdict_);
  if (repeated_) return render_answer(outbound);
  const auto fails = [&](const Place& place, const Result<void>& made) {
    if (!made && committed_) leave_out(place, made.failure());
    return !made && !committed_;
  };
  for (const profile::SendStep& step : rule_.sends) {
    if (auto sent = outbound.send(step, effects_.sends); fails(step.place, sent)) return sent.failure();
  }
  emit(outbound);
  for (const profile::OthersStep& step : rule_.others) {
    if (auto given = append_orders(step, scope_, effects_.sends); fails(step.place, given)) return given.failure();
  }
  if (disowned_) {
    Exchange::Batch sends = std::move(effects_.sends);
    effects_ = Effects{};
    effects_.sends = std::move(sends);
    return std::nullopt;
  }
  return render_answer(outbound);
}

/// What the sender hears.
std::optional<Failure> Run::render_answer(Outbound& outbound) {
  for (const profile::ReplyStep& step : rule_.replies) {
    auto replied = outbound.reply(step, effects_.replies);
    if (replied) continue;
    if (!committed_) return replied.failure();
    leave_out(step.place, replied.failure());
    const Failure unsaid{Reason::internal, "internal error"};
    const profile::Otherwise* answer = otherwise_for(profile_, &rule_, scope_.me->role(), unsaid.reason);
    if (answer == nullptr) continue;
    scope_.failure = &unsaid;
    for (const profile::ReplyStep& said : answer->replies) static_cast<void>(outbound.reply(said, effects_.replies));
    scope_.failure = nullptr;
  }
  outbound.acknowledge(effects_.replies);
  close_for(rule_.close, nullptr, scope_, effects_);
  return std::nullopt;
}

/// What the handler sends by itself: the accept is behind us, so what may not go out is left out alone.
void Run::emit(Outbound& outbound) {
  const std::size_t most = profile_.limits.emits_per_turn;
  for (std::size_t i = 0; i < std::min(most, emissions_.size()); ++i) {
    auto sent = outbound.emit(emissions_[i], *rule_.handler, effects_.sends);
    if (!sent) leave_out(rule_.handler->place, sent.failure());
  }
  if (emissions_.size() <= most) return;
  leave_out(rule_.handler->place,
            {Reason::limited, "handler " + rule_.handler->name + " emits " + std::to_string(emissions_.size()) +
                                  " messages, and limit " + "emits_per_turn is " + std::to_string(most)});
}

void Run::fail(Host& host, Failure failure) {
  give_back(host);
  scope_.found = nullptr;
  scope_.result = nullptr;
  scope_.each = nullptr;
  step_ = Step::done;
  if (!message_ || disowned_) {
    // A rule of `opened` or `closed` whose condition does not hold is not taken: nobody asked, nobody is answered.
    effects_ = Effects{};
    verdict_.failure = std::move(failure);
    return;
  }
  answer_failure(profile_, &rule_, scope_, failure, host.scratch(), effects_, verdict_);
}

}  // namespace polygate::rules
