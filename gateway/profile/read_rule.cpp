#include "gateway/profile/read_rule.h"

#include <algorithm>

#include "gateway/profile/read_authenticate.h"
#include "gateway/profile/read_effects.h"
#include "gateway/profile/read_handler.h"
#include "gateway/profile/read_template.h"
#include "gateway/profile/read_value.h"
#include "gateway/profile/read_when.h"

namespace polygate::profile {
namespace {

std::vector<std::string> steps_of(RuleKind kind) {
  // A session that is closed has nothing to gain any more and hears nothing.
  // Of what nobody sends somebody is known in presence alone.
  if (kind == RuleKind::started) return {"look", "recall", "order", "handler", "send"};
  if (kind == RuleKind::timer) return {"every", "look", "recall", "needs", "order", "handler", "send", "others"};
  if (kind == RuleKind::presence) return {"from", "look", "recall", "needs", "order", "handler", "send", "others"};
  if (kind == RuleKind::closed) {
    return {"from", "look", "recall", "inside", "needs", "order", "handler", "send", "others"};
  }
  std::vector<std::string> steps = {"from",  "authenticate", "look",   "recall",    "inside",  "needs", "claim",
                                    "order", "handler",      "become", "set",       "join",    "send",  "leave",
                                    "reply", "close",        "others", "otherwise", "failures"};
  if (kind == RuleKind::event) steps.insert(steps.end(), {"matching", "rate", "once"});
  return steps;
}

/// Where a step that this kind of rule does not have would mean something else.
std::string_view lacking(RuleKind kind) {
  if (kind == RuleKind::started) return "in a rule of `started`: nobody sends it, and nobody is there yet";
  if (kind == RuleKind::timer) return "in a timer's rule, which nobody sends";
  if (kind == RuleKind::presence) return "in a rule of `presence`, which nobody sends";
  return kind == RuleKind::closed ? "for a session that is closed" : "for a session that opens";
}

/// One that could not be read is there all the same: a rule without would take everything.
MatchingStep read_matching(ReadContext& context, const yaml::Node& node) {
  MatchingStep step;
  step.place = node.place();
  if (node.is_map() && node.entries().empty()) {
    context.problem(node.place(), "an empty `matching` takes everything: leave it out");
  } else if (node.is_map()) {
    step.written = node.to_json();
  } else if (node.is_string() && !node.text().empty()) {
    step.definition = node.text();
  } else {
    mismatch(context, node, "`matching`", "the name of a definition, or a schema such as {required: [photo]}");
  }
  return step;
}

std::optional<RateStep> read_rate(ReadContext& context, const yaml::Node& node) {
  RateStep rate;
  rate.place = node.place();
  rate.table = context.profile.name + '\n' + std::to_string(rate.place.line) + ':' + std::to_string(rate.place.column);
  const yaml::Node* at = &node;
  if (node.is_map()) {
    if (!expect_map(context, node, "`rate`", {"per", "at", "when"})) return std::nullopt;
    at = expect_key(context, node, "at", node.place(), "`rate`");
    if (const yaml::Node* per = node.find("per")) rate.per = read_text(context, *per, "`per`");
  }
  if (at == nullptr) return std::nullopt;
  const auto allowed = read_how_often(context, *at, at == &node ? "`rate`" : "`at`");
  if (!allowed) return std::nullopt;
  rate.at = *allowed;
  if (!read_when(context, node)) return std::nullopt;
  return rate;
}

/// A topic keeps something under each of its keys: both are needed.
std::optional<RecallStep> read_recall(ReadContext& context, const yaml::Node& node) {
  if (!expect_map(context, node, "`recall`", {"topic", "key", "when"})) return std::nullopt;
  const yaml::Node* topic = expect_key(context, node, "topic", node.place(), "`recall`");
  const yaml::Node* key = expect_key(context, node, "key", node.place(), "`recall`");
  auto where = topic != nullptr ? read_topic(context, *topic, "`topic`") : std::nullopt;
  auto what = key != nullptr ? read_text(context, *key, "`key`") : std::nullopt;
  if (!read_when(context, node) || !where || !what) return std::nullopt;
  return RecallStep{std::move(*where), std::move(*what), node.place()};
}

/// `failure: name`. What it says stood here before, as `message`.
OwnFailure read_own_failure(ReadContext& context, const yaml::Node& node) {
  OwnFailure failure;
  if (const yaml::Node* message = node.find("message")) {
    context.problem(message->place(), "`message` is no longer here: `failure` gives a name, and `failures` its words",
                    "write `failure: some_name` here and `failures: {some_name: ...}` beside `from`");
  }
  if (const yaml::Node* name = node.find("failure")) {
    failure.name = read_name(context, *name, "`failure`").value_or("");
    failure.place = name->place();
  }
  return failure;
}

std::vector<Condition> read_conditions(ReadContext& context, const yaml::Node& node, const std::string& what) {
  std::vector<Condition> conditions;
  each_of(node, [&](const yaml::Node& item) {
    Condition condition;
    const yaml::Node* topic = &item;
    if (item.is_map()) {
      if (!expect_map(context, item, what, {"topic", "failure", "when"}, {"message"})) return;
      topic = expect_key(context, item, "topic", item.place(), what);
      condition.failure = read_own_failure(context, item);
    }
    if (topic == nullptr) return;
    auto found = read_topic(context, *topic, what);
    if (!found || !read_when(context, item)) return;
    condition.topic = std::move(*found);
    conditions.push_back(std::move(condition));
  });
  return conditions;
}

std::optional<ClaimStep> read_claim(ReadContext& context, const yaml::Node& node) {
  ClaimStep claim;
  const yaml::Node* topic = &node;
  if (node.is_map()) {
    const std::vector<std::string> known = {"topic", "when_taken", "within", "failure", "when"};
    if (!expect_map(context, node, "`claim`", known, {"taken", "message"})) return std::nullopt;
    topic = expect_key(context, node, "topic", node.place(), "`claim`");
    if (const yaml::Node* old = node.find("taken")) {
      context.problem(old->place(), "`taken` is the failure; what becomes of the claim then is `when_taken`",
                      "write `when_taken: " + (old->is_string() ? std::string(old->text()) : "probe") + "`");
    }
    if (const yaml::Node* when_taken = node.find("when_taken")) {
      const auto choice = read_choice(context, *when_taken, "`when_taken`", {"refuse", "probe", "replace"});
      claim.when_taken = static_cast<Taken>(choice.value_or(0));
    }
    if (const yaml::Node* within = node.find("within")) {
      claim.within = read_duration(context, *within, "`within`").value_or(claim.within);
      if (claim.when_taken != Taken::probe) {
        context.problem(within->place(),
                        "`within` is for `when_taken: probe`: how long the owner has to show a sign of life");
      }
    }
    claim.failure = read_own_failure(context, node);
  }
  if (topic == nullptr) return std::nullopt;
  auto found = read_topic(context, *topic, "`claim`");
  if (!found || !read_when(context, node)) return std::nullopt;
  hold_family(context, *found, TopicKind::claimed);
  claim.topic = std::move(*found);
  return claim;
}

std::optional<OrderStep> read_order(ReadContext& context, const yaml::Node& node) {
  auto text = read_text(context, node, "`order`");
  if (!text) return std::nullopt;
  return OrderStep{std::move(*text), node.place()};
}

std::optional<OnceStep> read_once(ReadContext& context, const yaml::Node& node) {
  constexpr Millis kShortest{1'000};
  constexpr Millis kLongest = std::chrono::hours(24) * 365;
  OnceStep once;
  once.place = node.place();
  const yaml::Node* key = &node;
  if (node.is_map()) {
    if (!expect_map(context, node, "`once`", {"key", "within", "when"})) return std::nullopt;
    key = expect_key(context, node, "key", node.place(), "`once`");
    if (const yaml::Node* within = node.find("within")) {
      once.within = read_duration(context, *within, "`within`").value_or(once.within);
      if (once.within < kShortest || once.within > kLongest) {
        context.problem(within->place(), "`within` is from 1s to 365d, this is `" + within->text() + "`");
      }
    }
  }
  if (key == nullptr) return std::nullopt;
  auto text = read_text(context, *key, key == &node ? "`once`" : "`key`");
  if (!text || !read_when(context, node)) return std::nullopt;
  once.key = std::move(*text);
  return once;
}

/// `join` and `leave`: topics, each alone or as {topic, when}.
std::vector<TopicText> read_memberships(ReadContext& context, const yaml::Node& node, const std::string& what) {
  std::vector<TopicText> topics;
  each_of(node, [&](const yaml::Node& item) {
    const yaml::Node* topic = &item;
    if (item.is_map()) {
      if (!expect_map(context, item, what, {"topic", "when"})) return;
      topic = expect_key(context, item, "topic", item.place(), what);
    }
    auto found = topic != nullptr ? read_topic(context, *topic, what) : std::nullopt;
    if (found && read_when(context, item)) topics.push_back(std::move(*found));
  });
  return topics;
}

std::vector<Shape::Entry> read_set(ReadContext& context, const yaml::Node& node) {
  const std::vector<std::string> own = {"id", "user", "role", "address", "claims", "joined", "claimed"};
  auto variables = read_fields(context, node, "`set`");
  for (const yaml::Node::Entry& entry : node.entries()) {
    if (std::find(own.begin(), own.end(), entry.key) != own.end()) {
      context.problem(entry.key_place, "`$me." + entry.key + "` is kept by the gateway itself, a rule cannot set it");
    } else if (!is_name(entry.key)) {
      context.problem(entry.key_place,
                      "a variable is a letter, then letters, digits, `_` or `-`, this is `" + entry.key + "`");
    }
  }
  return variables;
}

std::optional<Rule> read_rule(ReadContext& context, const yaml::Node& node, RuleKind kind, const Place& place) {
  if (!node.is_map()) {
    mismatch(context, node, "a rule", "a mapping");
    return std::nullopt;
  }
  const std::vector<std::string> steps = steps_of(kind);
  const std::vector<std::string> every = steps_of(RuleKind::event);
  std::vector<std::string> told;
  for (const yaml::Node::Entry& entry : node.entries()) {
    if (entry.key == "ask") {
      context.problem(entry.key_place, "`ask` is not known to this version yet");
      told.emplace_back("ask");
    } else if (std::find(steps.begin(), steps.end(), entry.key) == steps.end() &&
               std::find(every.begin(), every.end(), entry.key) != every.end()) {
      context.problem(entry.key_place, "`" + entry.key + "` means nothing " + std::string(lacking(kind)));
      told.push_back(entry.key);
    }
  }
  yaml::refuse_unknown_keys(node, steps, "a rule", context.diagnostics, told);

  Rule rule;
  rule.place = place;
  rule.of_presence = kind == RuleKind::presence;
  rule.has_sender = kind == RuleKind::event || kind == RuleKind::opened || kind == RuleKind::closed;
  const auto at = [&](const char* key) -> const yaml::Node* {
    return std::find(steps.begin(), steps.end(), key) != steps.end() ? node.find(key) : nullptr;
  };
  if (kind != RuleKind::started && kind != RuleKind::timer) {
    if (const yaml::Node* from = expect_key(context, node, "from", place, "a rule")) {
      rule.from = read_roles(context, *from);
    }
  }
  if (const yaml::Node* step = at("matching")) rule.matching = read_matching(context, *step);
  if (const yaml::Node* step = at("rate")) rule.rate = read_rate(context, *step);
  if (const yaml::Node* step = at("authenticate")) rule.authenticate = read_authenticate(context, *step);
  if (const yaml::Node* step = at("look")) rule.look = read_look(context, *step, "`look`");
  if (const yaml::Node* step = at("recall")) rule.recall = read_recall(context, *step);
  if (const yaml::Node* step = at("inside")) rule.inside = read_conditions(context, *step, "`inside`");
  if (const yaml::Node* step = at("needs")) rule.needs = read_conditions(context, *step, "`needs`");
  if (const yaml::Node* step = at("claim")) rule.claim = read_claim(context, *step);
  if (const yaml::Node* step = at("order")) rule.order = read_order(context, *step);
  if (const yaml::Node* step = at("once")) rule.once = read_once(context, *step);
  if (const yaml::Node* step = at("handler")) rule.handler = read_handler(context, *step);
  if (const yaml::Node* step = at("become")) rule.become = read_role(context, *step);
  if (const yaml::Node* step = at("set")) rule.set = read_set(context, *step);
  if (const yaml::Node* step = at("join")) rule.join = read_memberships(context, *step, "`join`");
  if (const yaml::Node* step = at("send")) rule.sends = read_sends(context, *step);
  if (const yaml::Node* step = at("leave")) rule.leave = read_memberships(context, *step, "`leave`");
  if (const yaml::Node* step = at("reply")) rule.replies = read_replies(context, *step);
  if (const yaml::Node* step = at("others")) rule.others = read_others(context, *step);
  if (const yaml::Node* step = at("close")) rule.close = read_close(context, *step);
  if (const yaml::Node* step = at("otherwise")) rule.otherwise = read_otherwise(context, *step);
  if (const yaml::Node* step = at("failures")) rule.failures = read_failures(context, *step);
  for (const SendStep& send : rule.sends) {
    if (kind != RuleKind::started || send.keep) continue;
    context.problem(send.place, "nobody is there yet to hear this: it means nothing without `keep`");
  }
  for (const TopicText& topic : rule.join) hold_family(context, topic, TopicKind::joined);
  for (const OthersStep& others : rule.others) {
    for (const TopicText& topic : others.join) hold_family(context, topic, TopicKind::joined);
  }
  return rule;
}

}  // namespace

std::vector<Rule> read_rules(ReadContext& context, const yaml::Node& node, RuleKind kind, const Place& place) {
  std::vector<Rule> rules;
  if (node.is_list() && node.items().empty()) context.problem(node.place(), "at least one rule stands here");
  each_of(node, [&](const yaml::Node& item) {
    if (auto rule = read_rule(context, item, kind, node.is_list() ? item.place() : place))
      rules.push_back(std::move(*rule));
  });
  return rules;
}

}  // namespace polygate::profile
