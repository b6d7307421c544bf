#include "gateway/profile/check_paths.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include "gateway/profile/check_data.h"
#include "gateway/profile/settings.h"

namespace polygate::profile {
namespace {

void check_me(CheckContext& context, const Path& path) {
  const std::vector<std::string> plain = {"id", "user", "role", "address"};
  const std::string& name = path.segments[0];
  if (has(plain, name)) {
    if (path.segments.size() > 1)
      context.problem(path.place, "`$me." + name + "` is one value, " + path.text() + " names nothing");
    return;
  }
  if (name == "claims" || context.variables.contains(name)) return;
  if (name == "joined" || name == "claimed") {
    const TopicKind wanted = name == "joined" ? TopicKind::joined : TopicKind::claimed;
    auto families = context.profile.families;
    families.erase("session");
    const auto family = path.segments.size() == 2 ? families.find(path.segments[1]) : families.end();
    if (path.segments.size() != 2) {
      context.problem(path.place, "`$me." + name + "` is followed by one family, this is `" + path.text() + "`");
    } else if (family == families.end() || family->second != wanted) {
      std::vector<std::string> names;
      for (const auto& [known, kind] : families) {
        if (kind == wanted) names.push_back(known);
      }
      context.problem(
          path.place,
          std::string("no rule ") + (wanted == TopicKind::joined ? "joins" : "claims") + " `" + path.segments[1] + "/`",
          did_you_mean(path.segments[1], names));
    }
    return;
  }
  std::vector<std::string> candidates = {"$me.id",     "$me.user",   "$me.role",   "$me.address",
                                         "$me.claims", "$me.joined", "$me.claimed"};
  for (const std::string& variable : context.variables) candidates.push_back("$me." + variable);
  const std::string found = "$me." + name;
  context.problem(path.place, found + " is never set by a rule", did_you_mean(found, candidates));
}

/// Who came or went is known, but is no sender.
bool is_of_attendee(const Path& path) {
  const std::string& name = path.segments[0];
  return path.root == Root::me &&
         (name == "claims" || (path.segments.size() == 1 && (name == "user" || name == "role")));
}

/// Without the key of a look-up.
std::string setting_text(const Path& path) {
  return Path{path.root, path.segments, path.place}.text();
}

void check_settings(CheckContext& context, const Path& path) {
  const Setting setting = find_setting(context.profile.settings, path);
  if (setting.value == nullptr) {
    context.problem(path.place, setting_text(path) + " is not in `settings`", setting.hint);
  } else if (path.key && !setting.value->is_object()) {
    context.problem(path.place, setting_text(path) + " is " + std::string(kind_of(*setting.value)) +
                                    ": a key can be looked up only in a mapping");
  }
}

bool has_parameter(const Endpoint& endpoint, const std::string& name) {
  return has(endpoint.segments, ':' + name);
}

bool has_query(const Endpoint& endpoint, const std::string& name) {
  return std::any_of(endpoint.query.begin(), endpoint.query.end(),
                     [&](const auto& known) { return known.key == name; });
}

/// One value of the request: `$path.id`, `$query.channel`, `$header.origin`.
bool is_one_name(CheckContext& context, const Path& path) {
  if (path.segments.size() == 1) return true;
  context.problem(path.place, "`$" + std::string(root_name(path.root)) + "` is followed by one name, this is `" +
                                  path.text() + "`");
  return false;
}

/// A header that some path mentions is kept with the session; all others are forgotten after the handshake.
void check_header(CheckContext& context, const Path& path) {
  if (!is_one_name(context, path)) return;
  const std::string& name = path.segments[0];
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower != name) {
    context.problem(path.place, "names of headers are lower case here", "did you mean `$header." + lower + "`?");
    return;
  }
  auto& used = context.profile.headers_used;
  if (std::find(used.begin(), used.end(), name) == used.end()) used.push_back(name);
}

/// What comes in beside an event's data has a definition, wherever a rule uses it; `name` is how that is called.
void check_defined(CheckContext& context, const Path& path, const Definitions::Definition& definition,
                   const std::string& name) {
  if (definition.schema != nullptr || !context.definitions.usable()) return;
  if (!definition.name.empty() || !context.missing.insert(name).second) return;
  context.problem(path.place,
                  "nothing says what `$" + std::string(root_name(path.root)) +
                      "` must look like: " + context.definitions.shown(name) + " is missing",
                  "{} takes anything");
}

/// What a client connects with is kept where some path mentions it.
void check_auth(CheckContext& context, const Path& path) {
  context.profile.auth_used = true;
  if (!context.traits().namespaces) {
    context.problem(path.place, "`$auth` is what clients of Socket.IO connect with");
  } else {
    check_data(context, path, context.handshake.auth, path.segments, 0);
  }
}

/// One that some endpoint has. Those of paths are plain words in any case.
void check_parameter(CheckContext& context, const Path& path) {
  if (path.root == Root::query) check_defined(context, path, context.handshake.query, "opened.query");
  check_data(context, path, path.root == Root::path ? context.handshake.path : context.handshake.query, path.segments,
             0);
}

/// Is it there on some endpoint that leads to one of the roles?
void check_request(CheckContext& context, const CheckScope& scope, const Path& path) {
  if (path.root == Root::header) return check_header(context, path);
  if (!is_one_name(context, path)) return;
  const std::string& name = path.segments[0];
  std::vector<std::string> candidates;
  for (const RoleIndex role : scope.from) {
    for (const std::size_t index : context.reach.endpoints(role)) {
      const Endpoint& endpoint = context.profile.endpoints[index];
      if (path.root == Root::path ? has_parameter(endpoint, name) : has_query(endpoint, name)) {
        return check_parameter(context, path);
      }
      for (const std::string& segment : endpoint.segments) {
        if (path.root == Root::path && segment.starts_with(':')) candidates.push_back("$path." + segment.substr(1));
      }
      for (const auto& [known, value] : endpoint.query) {
        if (path.root == Root::query) candidates.push_back("$query." + known);
      }
    }
  }
  context.problem(path.place,
                  path.text() + (path.root == Root::path ? " is in the path" : " is in the `query`") +
                      " of no endpoint that leads here",
                  did_you_mean(path.text(), candidates));
}

/// What the rule has recalled.
void check_kept(CheckContext& context, const CheckScope& scope, const Path& path) {
  if (scope.recall == CheckScope::Recall::ready) {
    if (scope.kept != nullptr) check_data(context, path, *scope.kept, path.segments, 0);
    return;
  }
  context.problem(path.place, scope.recall == CheckScope::Recall::none
                                  ? "`$kept` is what `recall` finds, there is none here"
                                  : "`$kept` is not known here: this comes before `recall`");
}

/// The names in one of `$problems`; `at` is where that of `path` stands.
void check_problem_name(CheckContext& context, const Path& path, std::size_t at) {
  const std::vector<std::string> names = {"field", "pointer", "path", "keyword", "expected", "message"};
  if (path.segments.size() <= at || has(names, path.segments[at])) return;
  context.problem(
      path.place,
      "a problem has no `" + path.segments[at] + "`: it has field, pointer, path, keyword, " + "expected and message",
      did_you_mean(path.segments[at], names));
}

/// What the schema found wrong with the event's data.
void check_problem(CheckContext& context, const CheckScope& scope, const Path& path) {
  if (!scope.has_failure) {
    context.problem(path.place, "`" + path.text() + "` is known in `otherwise` only");
  } else if (!context.json()) {
    context.problem(path.place, "this dialect's data has no schema: `" + path.text() + "` names nothing");
  } else if (path.root == Root::problem) {
    check_problem_name(context, path, 0);
  } else if (!path.segments.empty() && !is_index(path.segments[0])) {
    context.problem(path.place, "problems have numbers, from $problems.0 on: " + path.text() + " names nothing");
  } else {
    check_problem_name(context, path, 1);
  }
}

/// What a plugin says in the step `step`.
void check_said(CheckContext& context, const Path& path, CheckScope::Result known, const std::string& step) {
  const std::string root = "`$" + std::string(root_name(path.root)) + '`';
  if (known == CheckScope::Result::no_step) {
    context.problem(path.place, root + " is what a `" + step + "` says, this rule has none");
  } else if (known == CheckScope::Result::not_yet) {
    context.problem(path.place, root + " is not known here: this comes before the " + step + ", or instead of it");
  }
}

void check_result(CheckContext& context, const CheckScope& scope, const Path& path) {
  if (scope.result != CheckScope::Result::ready) return check_said(context, path, scope.result, "handler");
  if (scope.said == nullptr) return;
  check_defined(context, path, *scope.said, scope.handler->name + ".result");
  check_data(context, path, *scope.said, path.segments, 0);
}

/// `$each`: an element of a list that some definition may speak of.
void check_element(CheckContext& context, const CheckScope& scope, const Path& path) {
  if (!scope.each->is_one_path() || path.segments.empty()) return;
  const Path& list = scope.each->parts[0].path;
  const Definitions::Definition* definition = list.root == Root::data     ? scope.data
                                              : list.root == Root::result ? scope.said
                                              : list.root == Root::auth   ? &context.handshake.auth
                                                                          : nullptr;
  if (definition == nullptr) return;
  std::vector<std::string> segments = list.segments;
  segments.emplace_back("*");
  const std::size_t skipped = segments.size();
  segments.insert(segments.end(), path.segments.begin(), path.segments.end());
  check_data(context, path, *definition, segments, skipped);
}

bool has_codes(const Profile& profile) {
  const auto some = [](const Failures& failures) {
    return std::any_of(failures.begin(), failures.end(), [](const auto& one) { return one.second.code.has_value(); });
  };
  bool found = some(profile.failures);
  each_rule(profile, [&](const Rule& rule) { found = found || some(rule.failures); });
  return found;
}

void check_path(CheckContext& context, const CheckScope& scope, const Path& path) {
  const bool of_sender = path.root == Root::me || path.root == Root::path || path.root == Root::query ||
                         path.root == Root::header || path.root == Root::auth;
  if (scope.of_presence && of_sender && !is_of_attendee(path)) {
    context.problem(path.place, "of who came or went $me.user, $me.role and $me.claims are known: " + path.text() +
                                    " names nothing");
    return;
  }
  if (!scope.has_sender && !scope.of_presence && of_sender) {
    context.problem(path.place, "nobody sends this rule: " + path.text() + " names nothing");
    return;
  }
  switch (path.root) {
    case Root::data:
      if (!scope.has_event) {
        context.problem(path.place, scope.without_event() + " has no `$data`");
      } else if (!context.json()) {
        if (!path.segments.empty())
          context.problem(path.place, "this dialect's data has no fields, " + path.text() + " names nothing");
      } else if (scope.any_event) {
        check_data_of_any_event(context, path);
      } else if (scope.data != nullptr) {
        check_data(context, path, *scope.data, path.segments, 0);
      }
      return;
    case Root::args:
      if (!scope.has_event) {
        context.problem(path.place, scope.without_event() + " has no `$args`");
      } else if (!context.traits().arguments) {
        context.problem(path.place, "events of this dialect have no arguments: `$data` is all they have");
      } else if (!path.segments.empty() && !is_index(path.segments[0])) {
        context.problem(path.place, "arguments have numbers, from $args.0 on: " + path.text() + " names nothing");
      }
      return;
    case Root::auth:
      if (context.traits().namespaces) check_defined(context, path, context.handshake.auth, "opened.auth");
      return check_auth(context, path);
    case Root::event:
      if (!scope.has_event) context.problem(path.place, scope.without_event() + " has no `$event`");
      return;
    case Root::me:
      return check_me(context, path);
    case Root::name:
      if (!scope.of_presence) context.problem(path.place, "`$name` is known in rules of `presence` only");
      return;
    case Root::path:
    case Root::query:
    case Root::header:
      return check_request(context, scope, path);
    case Root::settings:
      return check_settings(context, path);
    case Root::found:
      return check_said(context, path, scope.found, "look");
    case Root::result:
      return check_result(context, scope, path);
    case Root::kept:
      return check_kept(context, scope, path);
    case Root::problem:
    case Root::problems:
      return check_problem(context, scope, path);
    case Root::code:
      if (scope.has_failure && !has_codes(context.profile)) {
        context.problem(path.place, "no failure has a `code`: `failures` says them, such as {type: {code: TYPE}}");
        return;
      }
      [[fallthrough]];
    case Root::failure:
    case Root::message:
      if (!scope.has_failure) context.problem(path.place, "`" + path.text() + "` is known in `otherwise` only");
      return;
    case Root::each:
      if (scope.each == nullptr) {
        context.problem(path.place, "`$each` is known only in a `send` with `each`, and beside `$each` in data");
      } else if (scope.each->is_whole(Root::problems)) {
        check_problem_name(context, path, 0);
      } else {
        check_element(context, scope, path);
      }
      return;
    case Root::next:
      return check_next(context, path);
    case Root::now:
    case Root::date:
    case Root::new_id:
      return;
  }
}

template <class Visit>
void each_path(const Text& text, Visit visit) {
  for (const Text::Part& part : text.parts) {
    if (!part.has_path) continue;
    visit(part.path);
    if (part.path.key) visit(*part.path.key);
  }
}

template <class Visit>
void each_text(const Shape& shape, Visit visit) {
  if (shape.kind == Shape::Kind::text || shape.kind == Shape::Kind::each) visit(shape.text);
  for (const Shape& item : shape.items) each_text(item, visit);
  for (const auto& [key, value] : shape.entries) each_text(value, visit);
}

}  // namespace

void check_next(CheckContext& context, const Path& path) {
  if (!is_one_name(context, path)) return;
  std::unique_ptr<Counter>& counter = context.profile.counters[path.segments[0]];
  if (counter == nullptr) counter = std::make_unique<Counter>();
}

void check_text(CheckContext& context, const CheckScope& scope, const Text& text) {
  each_path(text, [&](const Path& path) { check_path(context, scope, path); });
}

void check_shape(CheckContext& context, const CheckScope& scope, const Shape& shape) {
  if (shape.kind == Shape::Kind::text || shape.kind == Shape::Kind::each) check_text(context, scope, shape.text);
  CheckScope inner = scope;
  if (shape.kind == Shape::Kind::each) inner.each = &shape.text;
  for (const Shape& item : shape.items) check_shape(context, inner, item);
  for (const auto& [key, value] : shape.entries) check_shape(context, inner, value);
}

void check_endpoint_text(CheckContext& context, const Endpoint& endpoint, const Text& text, bool query_is_known) {
  each_path(text, [&](const Path& path) {
    switch (path.root) {
      case Root::settings:
        return check_settings(context, path);
      case Root::auth:
        return check_auth(context, path);
      case Root::next:
        return check_next(context, path);
      case Root::now:
      case Root::date:
      case Root::new_id:
        return;
      case Root::header:
        check_header(context, path);
        return;
      case Root::path:
        if (is_one_name(context, path) && !has_parameter(endpoint, path.segments[0])) {
          context.problem(path.place, "path `" + endpoint.path + "` has no parameter `:" + path.segments[0] + "`");
        }
        return;
      case Root::query:
        if (is_one_name(context, path) && query_is_known && !has_query(endpoint, path.segments[0])) {
          context.problem(path.place, path.text() + " is not among this endpoint's `query`");
        }
        return;
      default:
        context.problem(path.place, path.text() + " is not known when a connection arrives: $path, $query, $header, " +
                                        "$settings, $now, $date, $new_id and $next are");
    }
  });
}

void check_endpoint_shape(CheckContext& context, const Endpoint& endpoint, const Shape& shape) {
  each_text(shape, [&](const Text& text) { check_endpoint_text(context, endpoint, text, true); });
}

}  // namespace polygate::profile
