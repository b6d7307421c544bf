#include "gateway/app/plain_words.h"

#include <algorithm>

#include "gateway/base/units.h"

namespace polygate::app {
namespace {

using profile::RoleIndex;
using profile::Shape;
using profile::Text;
using profile::TopicText;

std::string words(const Text& text) {
  std::string out;
  for (const Text::Part& part : text.parts) {
    out += part.literal;
    if (part.has_path) out += part.path.text();
  }
  return out;
}

std::string words(const TopicText& topic) {
  return topic.family + '/' + words(topic.name);
}

std::string words(const std::vector<TopicText>& topics) {
  std::string out;
  for (const TopicText& topic : topics) out += (out.empty() ? "" : ", ") + words(topic);
  return out;
}

std::string words(const std::vector<Text>& texts) {
  std::string out;
  for (const Text& text : texts) out += (out.empty() ? "" : ", ") + words(text);
  return out;
}

std::string words(const Shape& shape);

std::string words(const std::vector<Shape::Entry>& entries) {
  std::string out;
  for (const auto& [key, value] : entries) out += (out.empty() ? "" : ", ") + key + ": " + words(value);
  return '{' + out + '}';
}

std::string words(const Shape& shape) {
  switch (shape.kind) {
    case Shape::Kind::constant:
      return shape.constant;
    case Shape::Kind::text:
      return shape.text.is_one_path() ? words(shape.text) : '"' + words(shape.text) + '"';
    case Shape::Kind::list: {
      std::string out;
      for (const Shape& item : shape.items) out += (out.empty() ? "" : ", ") + words(item);
      return '[' + out + ']';
    }
    case Shape::Kind::map:
      return words(shape.entries);
    case Shape::Kind::each:
      return "for each of " + words(shape.text) + ' ' + words(shape.items[0].entries);
  }
  return {};
}

std::string name_or(const std::optional<Text>& as, std::string_view event) {
  if (as) return words(*as);
  return event.empty() ? "the event" : std::string(event);
}

std::string saying(const std::optional<Text>& message) {
  return message ? ": \"" + words(*message) + '"' : "";
}

std::string when_taken(Taken taken) {
  switch (taken) {
    case Taken::refuse:
      return "when another session holds it, the event fails as taken";
    case Taken::probe:
      return "when another session holds it, that is asked for a sign of life: when one comes, the event fails as "
             "taken, else the claim changes hands";
    case Taken::replace:
      return "when another session holds it, that loses it and is closed";
  }
  return {};
}

std::string words(const profile::Emits& emits) {
  if (emits.events.empty()) return {};
  const auto list = [](const std::vector<profile::Emits::Name>& names, std::string_view end) {
    std::string out;
    for (const profile::Emits::Name& name : names) out += (out.empty() ? "" : ", ") + name.text + std::string(end);
    return out;
  };
  return ", may emit " + list(emits.events, "") + " to topics of " + list(emits.families, "/");
}

std::string words(const profile::SendStep& send, std::string_view event) {
  std::string out = "send " + (send.is_message ? "a message" : name_or(send.as, event)) + " to " + words(send.to);
  if (send.is_message) {
    out += ": " + words(*send.data);
  } else if (send.args) {
    out += " with the arguments " + words(*send.args);
  } else if (send.data) {
    out += " with " + words(*send.data);
  } else if (!send.with.empty()) {
    out += " with the data as it came and " + words(send.with) + " set";
  } else {
    out += " with the data as it came";
  }
  if (!send.ack.empty()) out += "; what receivers acknowledge arrives as " + send.ack;
  if (send.except_sender) out += ", but not to the sender";
  if (!send.forget.empty()) out += "; what stays there under " + words(send.forget) + " is forgotten";
  if (send.keep) {
    out += send.keep->merge ? "; merged into what stays there for those who come later, under the key "
                            : "; it stays there for those who come later, under the key ";
    out += words(send.keep->key);
    if (send.keep->lasts.count() > 0) out += ", for " + format_duration(send.keep->lasts);
    if (send.keep->refuses) out += ", or nobody hears it";
  }
  if (send.each) out += "; once for each of " + words(*send.each);
  return out;
}

std::string words(const profile::ReplyStep& reply, std::string_view event) {
  using Ack = profile::ReplyStep::Ack;
  if (reply.is_message) return "reply a message: " + words(*reply.data);
  std::string out = reply.ack == Ack::only ? "acknowledge" : "reply " + name_or(reply.as, event);
  if (reply.args) out += " with the arguments " + words(*reply.args);
  if (reply.data) out += " with " + words(*reply.data);
  return reply.ack == Ack::also ? out + ", also as the acknowledgement" : out;
}

std::string words(const profile::CloseStep& close) {
  std::string out = "close the connection";
  if (close.code != 0) out += " with code " + std::to_string(close.code);
  return out + saying(close.reason);
}

std::string words(const profile::OthersStep& others) {
  std::string out = "tell the others on " + words(others.of) + " to ";
  if (!others.leave.empty()) return out + "leave " + words(others.leave);
  if (!others.join.empty()) return out + "join " + words(others.join);
  return out + words(others.close);
}

std::string words(const profile::Otherwise& answer, const profile::Profile& profile, std::string_view event) {
  std::string out;
  for (const profile::ReplyStep& reply : answer.replies) out += (out.empty() ? "" : ", ") + words(reply, event);
  if (answer.close.close) out += (out.empty() ? "" : ", then ") + words(answer.close);
  if (out.empty()) out = "say nothing";
  std::string when;
  for (const Reason reason : answer.on) when += (when.empty() ? "" : ", ") + std::string(name(reason));
  std::string from;
  for (const RoleIndex role : answer.from) from += (from.empty() ? "" : ", ") + profile.role_name(role);
  std::string whose = when.empty() ? "any failure" : when;
  if (!from.empty()) whose += " of " + from;
  return whose + ": " + out;
}

/// How a failure with a name of its own is told.
std::string saying(const profile::Profile& profile, const profile::Rule& rule, const profile::OwnFailure& failure,
                   Reason reason) {
  const profile::FoundWords found = words_for(profile, &rule, failure.name, reason);
  return found.by_name && found.text != nullptr ? saying(std::optional(*found.text)) : std::string();
}

std::string words(const profile::MatchingStep& matching, std::string_view definitions) {
  const std::string tried = ", else the rules behind this one are tried; where none takes it, it fails as invalid";
  if (matching.definition.empty()) return matching.written.dump() + tried;
  return std::string(definitions) + matching.definition + tried;
}

std::string words(const profile::Judge& judge, const profile::Profile& profile) {
  std::string roles;
  for (const RoleIndex role : judge.roles) roles += (roles.empty() ? "" : " or ") + profile.role_name(role);
  return judge.verifier + (roles.empty() ? "" : " (who then is " + roles + ")");
}

std::string words(const profile::AuthenticateStep& step, const profile::Profile& profile) {
  std::string tokens;
  for (const Text& token : step.tokens) tokens += (tokens.empty() ? "" : ", else ") + words(token);
  std::string judges;
  for (const profile::Judge& judge : step.judges) judges += (judges.empty() ? "" : ", else ") + words(judge, profile);
  return tokens + " must be a token that verifier " + judges + " accepts" +
         (step.invalid_is_none ? ", or the sender stays who it is"
          : step.optional      ? ", or be missing, else unauthenticated"
                               : ", else unauthenticated");
}

/// The failures that a handler may name, each as it is told.
std::string words(const std::vector<DeclaredFailure>& failures, const profile::Profile& profile,
                  const profile::Rule& rule) {
  std::string out;
  for (const DeclaredFailure& failure : failures) {
    const profile::FoundWords found = words_for(profile, &rule, failure.name, failure.reason);
    out += (out.empty() ? "" : ", ") + failure.name + " (" + std::string(name(failure.reason)) + ")" +
           (found.text != nullptr ? saying(std::optional(*found.text)) : ": \"" + failure.message + '"');
  }
  return out;
}

void add_demands(const profile::Profile& profile, const profile::Rule& rule, std::string_view definitions,
                 const AskedPlugins& asked, std::vector<std::string>& steps) {
  const auto failures_of = [&](const Plugin* plugin) {
    return plugin != nullptr && !plugin->failures.empty()
               ? ", or one of its plugin's failures: " + words(plugin->failures, profile, rule)
               : std::string();
  };
  if (rule.rate) {
    steps.push_back("at most " + std::to_string(rule.rate->at.count) + " in " + format_duration(rule.rate->at.within) +
                    " for each " + (rule.rate->per ? words(*rule.rate->per) : "session") + ", else limited");
  }
  if (rule.authenticate) {
    steps.push_back(words(*rule.authenticate, profile));
    if (rule.authenticate->handler) {
      steps.push_back("look " + rule.authenticate->handler->name + " completes who that is, or refuses" +
                      failures_of(asked.authenticate));
    }
    if (rule.authenticate->user)
      steps.push_back("that must be user " + words(*rule.authenticate->user) + ", else unauthenticated");
  }
  if (rule.look) {
    steps.push_back("look " + rule.look->name + " says what $found is" +
                    (rule.look->has_with ? ", called with " + words(rule.look->with) : "") + ", or why it fails" +
                    failures_of(asked.look));
  }
  if (rule.recall) {
    steps.push_back("recall what stays on " + words(rule.recall->topic) + " under the key " + words(rule.recall->key) +
                    ", as $kept");
  }
  for (const profile::Condition& inside : rule.inside) {
    steps.push_back("the sender must be on " + words(inside.topic) + ", else forbidden" +
                    saying(profile, rule, inside.failure, Reason::forbidden));
  }
  for (const profile::Condition& need : rule.needs) {
    steps.push_back("somebody must be on " + words(need.topic) + ", else absent" +
                    saying(profile, rule, need.failure, Reason::absent));
  }
  if (rule.claim) {
    steps.push_back("claim " + words(rule.claim->topic) + " for this session alone; " +
                    when_taken(rule.claim->when_taken) + saying(profile, rule, rule.claim->failure, Reason::taken));
  }
  if (rule.order) {
    steps.push_back("wait for all that came before it in the order " + words(rule.order->text) + ", at most " +
                    format_duration(profile.limits.turn_within) + ", else busy");
  }
  if (rule.once) {
    steps.push_back("when it was done for this user with the key " + words(rule.once->key) + " within " +
                    format_duration(rule.once->within) +
                    ", say the same again and do no more; else busy while it is "
                    "being done, and invalid with other data");
  }
  if (rule.handler) {
    steps.push_back("handler " + rule.handler->name + " must accept" +
                    (rule.handler->data ? ", called for " + words(*rule.handler->data) + " instead of the data" : "") +
                    (rule.handler->has_with ? ", called with " + words(rule.handler->with) : "") +
                    words(rule.handler->emits) + ", else refused" + failures_of(asked.handler));
    if (rule.handler->result != nullptr) {
      steps.push_back("its result must match " + std::string(definitions) + rule.handler->name +
                      ".result, else nothing is said of it");
    }
  }
}

bool answers_for(const profile::Otherwise& answer, const profile::Rule& rule) {
  return std::any_of(rule.from.begin(), rule.from.end(), [&](RoleIndex role) { return answer.is_for(role); });
}

}  // namespace

std::vector<std::string> steps_in_words(const profile::Profile& profile, const profile::Rule& rule,
                                        std::string_view event, std::string_view definitions,
                                        const AskedPlugins& asked) {
  std::vector<std::string> steps;
  const std::string schema = std::string(definitions).append(event);
  if (rule.matching) steps.push_back("take it when the data matches " + words(*rule.matching, definitions));
  if (rule.args_schema) steps.push_back("the list of its arguments must match " + schema + ".args, else invalid");
  if (rule.schema) steps.push_back("the data must match " + schema + ", else invalid");
  add_demands(profile, rule, definitions, asked, steps);
  if (rule.become) steps.push_back("become " + profile.role_name(*rule.become));
  if (!rule.set.empty()) steps.push_back("remember " + words(rule.set));
  if (!rule.leave.empty()) steps.push_back("leave " + words(rule.leave));
  if (!rule.join.empty()) steps.push_back("join " + words(rule.join));
  for (const profile::ReplyStep& reply : rule.replies) steps.push_back(words(reply, event));
  for (const profile::SendStep& send : rule.sends) steps.push_back(words(send, event));
  for (const profile::OthersStep& others : rule.others) steps.push_back(words(others));
  if (rule.close.close) steps.push_back(words(rule.close));
  return steps;
}

std::vector<std::string> handshake_in_words(const profile::Profile& profile, std::string_view definitions) {
  std::vector<std::string> words;
  const auto& [path, query, auth] = profile.handshake;
  for (const auto& [schema, what] : {std::pair(&path, "path"), std::pair(&query, "query"), std::pair(&auth, "auth")}) {
    if (*schema == nullptr) continue;
    words.push_back("the client has connected with a " + std::string(what) + " that matches " +
                    std::string(definitions) + "opened." + what + ", else it was refused");
  }
  return words;
}

std::vector<std::string> answers_in_words(const profile::Profile& profile, const profile::Rule& rule,
                                          std::string_view event) {
  std::vector<std::string> answers;
  for (const profile::Failures* failures : {&rule.failures, &profile.failures}) {
    for (const auto& [called, said] : *failures) {
      if (said.text) answers.push_back(called + " is told as " + words(*said.text));
      if (said.code) answers.push_back(called + " has the code " + words(*said.code));
    }
  }
  for (const auto* list : {&rule.otherwise, &profile.otherwise}) {
    for (const profile::Otherwise& answer : *list) {
      if (answers_for(answer, rule)) answers.push_back(words(answer, profile, event));
    }
  }
  return answers;
}

}  // namespace polygate::app
