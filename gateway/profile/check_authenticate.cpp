#include "gateway/profile/check_authenticate.h"

#include <algorithm>
#include <string>

#include "gateway/profile/check_effects.h"
#include "gateway/profile/check_handler.h"
#include "gateway/profile/check_paths.h"

namespace polygate::profile {
namespace {

void check_judges(CheckContext& context, const AuthenticateStep& step) {
  for (const Judge& judge : step.judges) {
    check_verifier(context, judge.verifier, judge.place);
    if (judge.roles.size() < 2 || step.handler) continue;
    context.problem(judge.place, "nobody chooses among the roles of `" + judge.verifier + "`: a `handler` here would",
                    "write the one role that its users become");
  }
}

bool says_role(const AuthenticateStep& step) {
  return std::any_of(step.judges.begin(), step.judges.end(), [](const Judge& judge) { return !judge.roles.empty(); });
}

/// The same place under one name: the data are the first of the arguments.
Path among_arguments(Path path) {
  if (path.root != Root::data) return path;
  path.root = Root::args;
  path.segments.insert(path.segments.begin(), "0");
  return path;
}

/// Is the token a part of what is forwarded by `path`?
bool holds(const Path& path, const AuthenticateStep& step) {
  const Path mine = among_arguments(path);
  return std::any_of(step.tokens.begin(), step.tokens.end(), [&](const Text& token) {
    if (!token.is_one_path()) return false;
    const Path its = among_arguments(token.parts[0].path);
    return its.root == mine.root && mine.segments.size() <= its.segments.size() &&
           std::equal(mine.segments.begin(), mine.segments.end(), its.segments.begin());
  });
}

bool holds(const Text& text, const AuthenticateStep& step) {
  return std::any_of(text.parts.begin(), text.parts.end(), [&](const Text::Part& part) {
    return part.has_path && (holds(part.path, step) || (part.path.key && holds(*part.path.key, step)));
  });
}

bool holds(const Shape& shape, const AuthenticateStep& step) {
  const auto inside = [&](const auto& part) { return holds(part, step); };
  return holds(shape.text, step) || std::any_of(shape.items.begin(), shape.items.end(), inside) ||
         std::any_of(shape.entries.begin(), shape.entries.end(),
                     [&](const Shape::Entry& entry) { return holds(entry.value, step); });
}

/// A token is its owner's alone.
void check_told(CheckContext& context, const Rule& rule) {
  const AuthenticateStep& step = *rule.authenticate;
  for (const SendStep& send : rule.sends) {
    const Shape* said = send.args ? &*send.args : send.data ? &*send.data : nullptr;
    const bool as_it_came =
        said == nullptr && (holds(Path{Root::data, {}, {}}, step) || holds(Path{Root::args, {}, {}}, step));
    const bool replaced = as_it_came && std::all_of(step.tokens.begin(), step.tokens.end(), [&](const Text& token) {
                            const Path its = among_arguments(token.parts[0].path);
                            const bool is_field = its.segments.size() > 1 && its.segments[0] == "0";
                            const auto is_it = [&](const Shape::Entry& field) { return field.key == its.segments[1]; };
                            if (its.root != Root::args) return true;
                            return is_field && std::any_of(send.with.begin(), send.with.end(), is_it);
                          });
    const bool set = std::any_of(send.with.begin(), send.with.end(),
                                 [&](const Shape::Entry& field) { return holds(field.value, step); });
    if ((as_it_came && !replaced) || set || (said != nullptr && holds(*said, step))) {
      context.problem(send.place, "this sends the token of `authenticate` to others, with the data",
                      "give it `data` without the token");
    }
  }
  for (const OthersStep& others : rule.others) {
    if (!others.close.reason || !holds(*others.close.reason, step)) continue;
    context.problem(others.close.reason->place, "this tells others the token of `authenticate`");
  }
}

/// Words that are nobody's: the profile has some for each finer name, and those come first.
void check_hidden_words(CheckContext& context, const Rule& rule) {
  const auto words = rule.failures.find(name(Reason::unauthenticated));
  if (words == rule.failures.end() || !words->second.text || rule.authenticate->handler) return;
  const Profile& profile = context.profile;
  const auto has_words = [&](const char* finer) {
    for (const Failures* failures : {&rule.failures, &profile.failures}) {
      const auto found = failures->find(std::string_view(finer));
      if (found != failures->end() && found->second.text) return true;
    }
    return false;
  };
  if (!has_words("expired") || !has_words("bad_token") || !(rule.authenticate->optional || has_words("no_token")))
    return;
  context.problem(
      words->second.place,
      "these words are never told: no_token, expired and bad_token have words of their own, which come first",
      "say them by these names here");
}

}  // namespace

void check_authenticate(CheckContext& context, const CheckScope& scope, const Rule& rule) {
  const AuthenticateStep& step = *rule.authenticate;
  for (const Text& token : step.tokens) check_text(context, scope, token);
  check_judges(context, step);
  if (step.handler) check_handler(context, scope, *step.handler, Asking::authenticate);
  if (step.user) check_text(context, scope, *step.user);
  if (rule.become && says_role(step)) {
    context.problem(step.place, "`verifier` says the role here, and `become` another one: one of them is enough");
  }
  check_told(context, rule);
  check_hidden_words(context, rule);
}

void check_authenticate(CheckContext& context, const Endpoint& endpoint) {
  const AuthenticateStep& step = *endpoint.authenticate;
  for (const Text& token : step.tokens) check_endpoint_text(context, endpoint, token, false);
  check_judges(context, step);
  if (step.user) check_endpoint_text(context, endpoint, *step.user, true);
  if (!step.handler) return;
  context.problem(step.handler->place, "a handshake asks no plugin: `handler` is for the `authenticate` of a rule",
                  "let a rule of `opened` authenticate by the same token");
}

}  // namespace polygate::profile
