#include "gateway/profile/check_endpoints.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "gateway/profile/check_authenticate.h"
#include "gateway/profile/check_paths.h"

namespace polygate::profile {
namespace {

/// How two patterns compare: which of them matches less.
enum class Relation : std::uint8_t { equal, first_is_narrower, second_is_narrower, crossing, apart };

/// One part of a pattern: a word, or anything.
Relation relate(bool first_is_any, const std::string& first, bool second_is_any, const std::string& second) {
  if (first_is_any && second_is_any) return Relation::equal;
  if (first_is_any) return Relation::second_is_narrower;
  if (second_is_any) return Relation::first_is_narrower;
  return first == second ? Relation::equal : Relation::apart;
}

Relation both(Relation one, Relation other) {
  if (one == Relation::apart || other == Relation::apart) return Relation::apart;
  if (one == Relation::equal || one == other) return other;
  if (other == Relation::equal) return one;
  return Relation::crossing;
}

Relation relate_paths(const Endpoint& first, const Endpoint& second) {
  if (first.segments.size() != second.segments.size()) return Relation::apart;
  Relation relation = Relation::equal;
  for (std::size_t i = 0; i < first.segments.size(); ++i) {
    const std::string &a = first.segments[i], &b = second.segments[i];
    relation = both(relation, relate(a.starts_with(':'), a, b.starts_with(':'), b));
  }
  return relation;
}

Relation relate_places(const Endpoint& first, const Endpoint& second) {
  return both(relate(first.listener.empty(), first.listener, second.listener.empty(), second.listener),
              relate(first.host.empty(), first.host, second.host.empty(), second.host));
}

/// The more exact place (listener and host) wins, then the more exact path. Without either, nobody could say.
bool is_ambiguous(const Endpoint& first, const Endpoint& second) {
  const Relation paths = relate_paths(first, second);
  const Relation places = relate_places(first, second);
  if (paths == Relation::apart || places == Relation::apart) return false;
  if (paths == Relation::crossing || places == Relation::crossing) return true;
  return paths == Relation::equal && places == Relation::equal;
}

void tell_ambiguous(const Endpoint& first, const Endpoint& second, Diagnostics& diagnostics) {
  const bool here = first.place.file == second.place.file;
  diagnostics.add(second.place,
                  "endpoint `" + second.path + "` and `" + first.path + "` " +
                      (here ? "on line " : "in " + first.place.file + " on line ") + std::to_string(first.place.line) +
                      " would match the same request",
                  "give one of them another path, `host` or `listener`");
}

/// `id`: made by the gateway alone, and another one each time.
void check_id(CheckContext& context, const Text& id) {
  constexpr std::size_t kMost = 256;    // of a topic's name, where `/` and `%` take three bytes
  constexpr std::size_t kLongest = 30;  // of what one of these paths makes
  bool is_fresh = false;
  std::size_t size = 0;
  for (const Text::Part& part : id.parts) {
    for (const char c : part.literal) size += c == '/' || c == '%' ? 3 : 1;
    if (std::any_of(part.literal.begin(), part.literal.end(), [](unsigned char c) { return std::iscntrl(c); })) {
      context.problem(id.place, "an `id` has no control characters");
    }
    if (!part.has_path) continue;
    size += kLongest;
    const Root root = part.path.root;
    is_fresh = is_fresh || root == Root::new_id;
    if (root == Root::next) {
      check_next(context, part.path);
    } else if (root != Root::new_id && root != Root::now && root != Root::date) {
      context.problem(part.path.place, "an `id` is made by the gateway alone, of $new_id, $now, $date and $next: " +
                                           part.path.text() + " is not known here");
    }
  }
  if (!is_fresh) context.problem(id.place, "an `id` needs `$new_id`: without it two sessions could have the same");
  if (size > kMost) {
    context.problem(id.place, "an `id` has at most 256 bytes, 30 for each path and 3 for each `/` and `%` among them");
  }
}

void check_endpoint(CheckContext& context, const Endpoint& endpoint) {
  const std::vector<std::string>& listeners = context.surroundings.listeners;
  const bool listens =
      endpoint.listener.empty() || std::find(listeners.begin(), listeners.end(), endpoint.listener) != listeners.end();
  if (!listens) {
    context.problem(endpoint.listener_place, "listener `" + endpoint.listener + "` is not configured",
                    did_you_mean(endpoint.listener, listeners));
  }
  if (endpoint.id) check_id(context, *endpoint.id);
  if (endpoint.user) check_endpoint_text(context, endpoint, *endpoint.user, true);
  for (const auto& [name, value] : endpoint.query) check_endpoint_shape(context, endpoint, value);
  if (endpoint.authenticate) check_authenticate(context, endpoint);
}

/// What the schema file says of handshakes, as far as these bring it.
void find_handshake(CheckContext& context) {
  const std::vector<Endpoint>& endpoints = context.profile.endpoints;
  const auto some = [&](const auto& has) { return std::any_of(endpoints.begin(), endpoints.end(), has); };
  if (some([](const Endpoint& one) {
        return std::any_of(one.segments.begin(), one.segments.end(),
                           [](const std::string& segment) { return segment.starts_with(':'); });
      })) {
    context.handshake.path = context.definitions.find_opened("path");
  }
  if (some([](const Endpoint& one) { return !one.query.empty(); })) {
    context.handshake.query = context.definitions.find_opened("query");
  }
  if (context.traits().namespaces) context.handshake.auth = context.definitions.find_opened("auth");
}

}  // namespace

void check_endpoints(CheckContext& context) {
  find_handshake(context);
  const std::vector<Endpoint>& endpoints = context.profile.endpoints;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    check_endpoint(context, endpoints[i]);
    for (std::size_t before = 0; before < i; ++before) {
      if (is_ambiguous(endpoints[before], endpoints[i])) {
        tell_ambiguous(endpoints[before], endpoints[i], context.diagnostics);
      }
    }
  }
}

void hold_handshakes(CheckContext& context) {
  const auto& [path, query, auth] = context.handshake;
  context.profile.handshake = {path.schema, query.schema, context.profile.auth_used ? auth.schema : nullptr};
}

void check_together(const std::vector<ProfilePtr>& profiles, Diagnostics& diagnostics) {
  std::map<std::string, ProfilePtr> names;
  for (const ProfilePtr& profile : profiles) {
    const auto [first, fresh] = names.emplace(profile->name, profile);
    if (!fresh) {
      diagnostics.add(profile->places.profile,
                      "profile `" + profile->name + "` is already the name of " + first->second->file);
    }
  }
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    for (std::size_t before = 0; before < i; ++before) {
      for (const Endpoint& first : profiles[before]->endpoints) {
        for (const Endpoint& second : profiles[i]->endpoints) {
          if (is_ambiguous(first, second)) tell_ambiguous(first, second, diagnostics);
        }
      }
    }
  }
}

}  // namespace polygate::profile
