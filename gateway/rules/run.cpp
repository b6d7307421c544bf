#include "gateway/rules/run.h"

#include <algorithm>
#include <utility>

#include "gateway/dialect/socket_io.h"
#include "gateway/rules/checks.h"
#include "gateway/rules/failing.h"
#include "gateway/rules/outgoing.h"
#include "gateway/rules/render.h"

namespace polygate::rules {
namespace {

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
    if (step == Step::authenticate) return identify(answer.identity);
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
