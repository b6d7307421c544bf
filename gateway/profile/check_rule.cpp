#include "gateway/profile/check_rule.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/profile/check_authenticate.h"
#include "gateway/profile/check_effects.h"
#include "gateway/profile/check_emits.h"
#include "gateway/profile/check_failures.h"
#include "gateway/profile/check_handler.h"
#include "gateway/profile/check_paths.h"

namespace polygate::profile {
namespace {

/// What is to be the same for several events is told of none when it is never the same again.
void check_recurring(CheckContext& context, const CheckScope& scope, const Text& text, std::string_view otherwise) {
  check_text(context, scope, text);
  for (const Text::Part& part : text.parts) {
    const Path& path = part.path.key ? *part.path.key : part.path;
    const bool changes =
        path.root == Root::now || path.root == Root::date || path.root == Root::new_id || path.root == Root::next;
    if (!part.has_path || !changes) continue;
    context.problem(part.path.place, "`" + path.text() + "` is another one each time: " + std::string(otherwise));
  }
}

void check_conditions(CheckContext& context, const CheckScope& scope, const Rule& rule,
                      const std::vector<Condition>& conditions) {
  for (const Condition& condition : conditions) {
    check_topic(context, scope, condition.topic);
    check_own_failure(context, rule, condition.failure);
  }
}

void check_leave(CheckContext& context, const CheckScope& scope, const std::vector<TopicText>& topics) {
  for (const TopicText& topic : topics) {
    if (topic.family == "session" || topic.family == "user" || topic.family == "role") {
      context.problem(topic.place, "`" + topic.family + "/` is kept by the gateway itself, a rule cannot leave it");
    } else {
      check_topic(context, scope, topic);
    }
  }
}

/// Who asks again is told what happened the first time, perhaps on a new connection, and nothing else happens: what was
/// changed of the sender that asked first would be missing.
void check_once(CheckContext& context, const CheckScope& scope, const Rule& rule) {
  check_recurring(context, scope, rule.once->key, "nothing would be found done");
  const std::pair<const char*, bool> changing[] = {{"authenticate", rule.authenticate.has_value()},
                                                   {"claim", rule.claim.has_value()},
                                                   {"become", rule.become.has_value()},
                                                   {"set", !rule.set.empty()},
                                                   {"join", !rule.join.empty()},
                                                   {"leave", !rule.leave.empty()}};
  for (const SendStep& send : rule.sends) {
    if (rule.handler || !send.keep || !send.keep->refuses) continue;
    context.problem(send.keep->place, "with `once`, what `full: refuse` does not send would be done, and never sent",
                    "leave out `full`, or `once`");
  }
  for (const auto& [step, is_there] : changing) {
    if (!is_there) continue;
    context.problem(rule.once->place, "`once` does not go together with `" + std::string(step) +
                                          "`: who asks again is answered, and nothing of the sender changes then");
  }
}

/// The steps that may fail before anything is recalled, and that one.
void check_first_demands(CheckContext& context, CheckScope& scope, const Rule& rule) {
  if (rule.rate && rule.rate->per) {
    check_recurring(context, scope, *rule.rate->per, "nothing would be counted");
  }
  if (rule.authenticate) check_authenticate(context, scope, rule);
  if (rule.look) {
    check_handler(context, scope, *rule.look, Asking::look);
    scope.found = CheckScope::Result::ready;
  }
  if (rule.recall) check_recall(context, scope, *rule.recall);
}

/// The others that may fail: they come before the handler has spoken.
void check_demands(CheckContext& context, const CheckScope& scope, const Rule& rule) {
  check_conditions(context, scope, rule, rule.inside);
  check_conditions(context, scope, rule, rule.needs);
  if (rule.claim) {
    check_topic(context, scope, rule.claim->topic);
    check_own_failure(context, rule, rule.claim->failure);
  }
  if (rule.order) check_recurring(context, scope, rule.order->text, "nothing would wait");
  if (rule.once) check_once(context, scope, rule);
  if (rule.handler) {
    check_handler(context, scope, *rule.handler, Asking::handler);
    if (rule.handler->data) check_shape(context, scope, *rule.handler->data);
    check_emits(context, rule.handler->emits);
  }
}

void check_others(CheckContext& context, const CheckScope& scope, const OthersStep& others) {
  context.profile.orders = true;
  for (const TopicText& topic : others.of) check_topic(context, scope, topic);
  check_leave(context, scope, others.leave);
  for (const TopicText& topic : others.join) check_topic(context, scope, topic);
  if (others.close.reason) check_text(context, scope, *others.close.reason);
}

void check_happenings(CheckContext& context, const CheckScope& scope, Rule& rule, const std::string& event) {
  for (const auto& [variable, value] : rule.set) check_shape(context, scope, value);
  for (const TopicText& topic : rule.join) check_topic(context, scope, topic);
  for (SendStep& send : rule.sends) check_send(context, scope, send, event);
  check_leave(context, scope, rule.leave);
  for (ReplyStep& reply : rule.replies) check_reply(context, scope, reply, event);
  for (const OthersStep& others : rule.others) check_others(context, scope, others);
  if (rule.close.reason) check_text(context, scope, *rule.close.reason);
}

/// A message that is no known event, or too large to be looked into, has no name that an answer could bear.
void check_named(CheckContext& context, const Otherwise& entry, Reason reason) {
  for (const ReplyStep& reply : entry.replies) {
    if (reply.as && reply.as->is_constant()) continue;
    const std::string missing = reply.ack == ReplyStep::Ack::only
                                    ? "nothing says what its acknowledgement looks like, `ack: also` with `as` would"
                                    : "`as` must name one";
    context.problem(reply.place,
                    "this answers `" + std::string(name(reason)) + "` too, where no event is known: " + missing,
                    "or put an entry with `on: [malformed, unknown, limited]` before it");
  }
}

}  // namespace

void check_rule(CheckContext& context, Rule& rule, const std::string& event) {
  CheckScope scope;
  scope.from = rule.from;
  scope.has_event = !event.empty();
  scope.has_sender = rule.has_sender;
  scope.of_presence = rule.of_presence;
  Definitions::Definition incoming;
  if (!event.empty() && context.json()) {
    const auto place = context.profile.places.events.find(event);
    if (context.traits().arguments) rule.args_schema = context.definitions.find_args(event, "").schema;
    if (!rule.args_schema) {
      incoming = context.definitions.find(event, "",
                                          place == context.profile.places.events.end() ? rule.place : place->second);
      rule.schema = incoming.schema;
      scope.data = &incoming;
    }
  }
  if (rule.look) scope.found = CheckScope::Result::not_yet;
  if (rule.handler) scope.result = CheckScope::Result::not_yet;
  if (rule.recall) scope.recall = CheckScope::Recall::not_yet;
  check_first_demands(context, scope, rule);
  Definitions::Definition kept;
  if (rule.recall) {
    kept = definition_of_kept(context, *rule.recall);
    scope.kept = &kept;
    scope.recall = CheckScope::Recall::ready;
  }
  check_demands(context, scope, rule);
  if (rule.look) scope.found = CheckScope::Result::not_yet;
  check_otherwise(context, rule.otherwise, scope, event);
  check_failures(context, scope, rule.failures);
  if (rule.look) scope.found = CheckScope::Result::ready;
  Definitions::Definition said;
  if (rule.handler) {
    said = context.definitions.find_result(rule.handler->name);
    rule.handler->result = said.schema;
    scope.result = CheckScope::Result::ready;
    scope.handler = &*rule.handler;
    scope.said = &said;
  }
  check_happenings(context, scope, rule, event);
}

void check_otherwise(CheckContext& context, std::vector<Otherwise>& entries, const CheckScope& outer,
                     const std::string& event) {
  CheckScope scope = outer;
  scope.has_failure = true;
  std::vector<bool> answers(entries.size(), false);
  std::vector<bool> told(entries.size(), false);
  for (const RoleIndex role : outer.from) {
    for (std::size_t number = 0; number < kReasonCount; ++number) {
      const auto reason = static_cast<Reason>(number);
      const auto first = std::find_if(entries.begin(), entries.end(),
                                      [&](const Otherwise& entry) { return entry.answers(role, reason); });
      if (first == entries.end()) continue;
      const auto index = static_cast<std::size_t>(first - entries.begin());
      answers[index] = true;
      const bool nameless = reason == Reason::malformed || reason == Reason::unknown || reason == Reason::limited;
      if (!outer.any_event || !nameless || told[index] || !context.json()) continue;
      told[index] = true;
      check_named(context, *first, reason);
    }
  }
  for (std::size_t index = 0; index < entries.size(); ++index) {
    Otherwise& entry = entries[index];
    if (!answers[index] && !outer.from.empty()) {
      context.problem(entry.place,
                      "this entry never answers: the ones before it take all that it could, or its roles "
                      "are not the rule's");
    }
    if (!entry.from.empty()) scope.from = entry.from;
    for (ReplyStep& reply : entry.replies) check_reply(context, scope, reply, event);
    if (entry.close.reason) check_text(context, scope, *entry.close.reason);
    scope.from = outer.from;
  }
}

}  // namespace polygate::profile
