#include "gateway/profile/read_endpoint.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "gateway/base/units.h"
#include "gateway/profile/read_authenticate.h"
#include "gateway/profile/read_dialect.h"
#include "gateway/profile/read_template.h"
#include "gateway/profile/read_value.h"

namespace polygate::profile {
namespace {

bool is_path_character(char c) {
  constexpr std::string_view kPunctuation = "-._~!&'()*+,;=:@$";
  return std::isalnum(static_cast<unsigned char>(c)) || kPunctuation.find(c) != std::string_view::npos;
}

/// What is wrong with one segment of a path, or nothing.
std::string segment_problem(std::string_view segment, bool last) {
  if (segment.empty()) return last ? "" : "has an empty segment";
  if (segment[0] == ':') return is_name(segment.substr(1)) ? "" : "has a parameter without a plain name";
  const bool plain = std::all_of(segment.begin(), segment.end(), is_path_character);
  return plain ? "" : "has `" + std::string(segment) + "`, which cannot stand in a path as it is";
}

bool read_path(ReadContext& context, const std::string& path, const Place& place, std::vector<std::string>& segments) {
  if (!path.starts_with('/')) {
    context.problem(place, "an endpoint's path starts with `/`, this is `" + path + "`",
                    "did you mean `/" + path + "`?");
    return false;
  }
  std::set<std::string> parameters;
  for (std::size_t at = 1; at < path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    segments.push_back(path.substr(at, slash - at));
    const std::string& segment = segments.back();
    if (const std::string wrong = segment_problem(segment, false); !wrong.empty()) {
      context.problem(place, "path `" + path + "` " + wrong);
      return false;
    }
    if (segment[0] == ':' && !parameters.insert(segment).second) {
      context.problem(place, "path `" + path + "` has the parameter `" + segment + "` twice");
      return false;
    }
    at = slash + 1;
    if (at == path.size()) segments.emplace_back();  // a slash at the end counts: /socket.io/ is not /socket.io
  }
  return true;
}

bool is_origin(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return origin == "null";
  const std::string_view rest = origin.substr(scheme + 3);
  return !rest.empty() && rest.find_first_of("/?#@* ") == std::string_view::npos;
}

Origins read_origins(ReadContext& context, const yaml::Node& node) {
  Origins origins;
  if (!node.is_list()) {
    if (node.is_string() && node.text() == "any") {
      origins.kind = Origins::Kind::any;
    } else if (!node.is_string() || node.text() != "same") {
      context.problem(node.place(), "`origins` is `same`, `any`, or a list such as [\"https://example.org\"]");
    }
    return origins;
  }
  origins.kind = Origins::Kind::list;
  for (const yaml::Node& item : node.items()) {
    auto origin = read_word(context, item, "an origin");
    if (!origin) continue;
    if (!is_origin(*origin)) {
      context.problem(item.place(), "an origin is scheme://host or scheme://host:port, this is `" + *origin + "`");
      continue;
    }
    std::transform(origin->begin(), origin->end(), origin->begin(), [](unsigned char c) { return std::tolower(c); });
    origins.list.push_back(std::move(*origin));
  }
  return origins;
}

PingPolicy read_ping(ReadContext& context, const yaml::Node& node) {
  PingPolicy ping;
  if (node.is_string() && node.text() == "off") {
    ping.every = Millis(0);
    return ping;
  }
  if (!node.is_map()) {
    const auto every = node.is_scalar() ? parse_duration(node.text()) : std::nullopt;
    if (!every) context.problem(node.place(), "`ping` is `off`, a duration such as 30s, or {every, timeout}");
    if (every) ping.every = *every;
    return ping;
  }
  if (!expect_map(context, node, "`ping`", {"every", "timeout"})) return ping;
  if (const yaml::Node* every = node.find("every")) {
    if (const auto found = read_duration(context, *every, "`every`")) ping.every = *found;
  }
  if (const yaml::Node* timeout = node.find("timeout")) {
    const auto found = read_duration(context, *timeout, "`timeout`");
    if (found) ping.timeout = ping.client_timeout = *found;
    if (found && found->count() == 0) context.problem(timeout->place(), "`timeout` is longer than 0");
  }
  return ping;
}

/// What `authenticate` says stood here before.
void refuse_token(ReadContext& context, const yaml::Node& token) {
  context.problem(token.place(), "`token` is no longer here: a handshake has `authenticate`, as rules have",
                  "write `authenticate: {token: $header.authorization, verifier: ...}`");
}

std::string read_host(ReadContext& context, const yaml::Node& node) {
  auto host = read_word(context, node, "`host`");
  if (!host) return {};
  if (host->find_first_of(":/* ") != std::string::npos) {
    context.problem(node.place(), "`host` is a name without port or scheme, this is `" + *host + "`");
    return {};
  }
  std::transform(host->begin(), host->end(), host->begin(), [](unsigned char c) { return std::tolower(c); });
  return *host;
}

void read_namespaces(ReadContext& context, const yaml::Node& node, Endpoint& endpoint) {
  if (!node.is_map()) {
    mismatch(context, node, "`namespaces`", "a mapping such as {/admin: guest}");
    return;
  }
  for (const yaml::Node::Entry& entry : node.entries()) {
    const bool good = entry.key.size() > 1 && entry.key[0] == '/' && entry.key.find_first_of(",?") == std::string::npos;
    if (!good) {
      context.problem(entry.key_place, "a namespace is `/` and a name without comma or question mark, this is `" +
                                           entry.key + "`; the namespace `/` is always there");
    }
    endpoint.namespaces.emplace_back(entry.key, read_role(context, entry.value).value_or(0));
  }
}

void read_endpoint(ReadContext& context, const yaml::Node& node, Endpoint endpoint) {
  const std::vector<std::string> known = {
      "listener", "host",    "role", "namespaces",          "id",     "user", "query", "authenticate",
      "ping",     "origins", "idle", "authenticate_within", "dialect"};
  if (!expect_map(context, node, "an endpoint", known, {"token"})) return;
  if (const yaml::Node* token = node.find("token")) refuse_token(context, *token);
  if (const yaml::Node* role = expect_key(context, node, "role", endpoint.place, "endpoint `" + endpoint.path + "`")) {
    endpoint.role = read_role(context, *role).value_or(0);
  }
  if (const yaml::Node* dialect = node.find("dialect")) {
    if (auto own = read_dialect(context, *dialect)) {
      context.profile.other_dialects.push_back(std::move(own));
      endpoint.dialect = context.profile.other_dialects.size();
    }
  }
  if (const yaml::Node* namespaces = node.find("namespaces")) read_namespaces(context, *namespaces, endpoint);
  if (const yaml::Node* listener = node.find("listener")) {
    endpoint.listener = read_word(context, *listener, "`listener`").value_or("");
    endpoint.listener_place = listener->place();
  }
  if (const yaml::Node* host = node.find("host")) endpoint.host = read_host(context, *host);
  if (const yaml::Node* id = node.find("id")) {
    endpoint.id = read_text(context, *id, "`id`");
    context.profile.families["session"] = TopicKind::joined;
  }
  if (const yaml::Node* user = node.find("user")) endpoint.user = read_text(context, *user, "`user`");
  if (const yaml::Node* query = node.find("query")) endpoint.query = read_fields(context, *query, "`query`");
  if (const yaml::Node* step = node.find("authenticate")) endpoint.authenticate = read_authenticate(context, *step);
  if (const yaml::Node* origins = node.find("origins")) endpoint.origins = read_origins(context, *origins);
  if (const yaml::Node* ping = node.find("ping")) endpoint.ping = read_ping(context, *ping);
  if (const yaml::Node* idle = node.find("idle")) {
    endpoint.idle = read_duration(context, *idle, "`idle`").value_or(Millis(0));
    if (endpoint.idle.count() == 0) context.problem(idle->place(), "`idle` is a duration longer than 0, such as 5m");
    endpoint.idle_place = idle->place();
  }
  if (const yaml::Node* within = node.find("authenticate_within")) {
    endpoint.leave_role_within = read_duration(context, *within, "`authenticate_within`").value_or(Millis(0));
  }
  context.profile.endpoints.push_back(std::move(endpoint));
}

}  // namespace

void read_endpoints(ReadContext& context, const yaml::Node& node) {
  if (!node.is_map()) {
    mismatch(context, node, "`endpoints`", "a mapping of paths");
    return;
  }
  if (node.entries().empty()) context.problem(node.place(), "`endpoints` has at least one path");
  for (const yaml::Node::Entry& entry : node.entries()) {
    Endpoint endpoint;
    endpoint.path = entry.key;
    endpoint.place = entry.key_place;
    if (!read_path(context, entry.key, entry.key_place, endpoint.segments)) continue;
    each_of(entry.value, [&](const yaml::Node& one) {
      Endpoint mine = endpoint;
      if (entry.value.is_list()) mine.place = one.place();
      read_endpoint(context, one, std::move(mine));
    });
  }
}

}  // namespace polygate::profile
