#include "gateway/http/router.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

#include "gateway/base/ascii.h"
#include "gateway/wire/text.h"

namespace polygate::http {
namespace {

constexpr std::size_t kMaxParameter = 64;

using Segments = std::vector<std::string_view>;

bool is_parameter(std::string_view segment) {
  return segment.starts_with(':');
}

/// "/a/b/" -> "a", "b", "".
Segments split(std::string_view path) {
  Segments segments;
  if (!path.starts_with('/')) return segments;
  for (;;) {
    path.remove_prefix(1);
    const std::size_t slash = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, slash));
    path.remove_prefix(slash);
    if (path.empty()) return segments;
  }
}

bool is_parameter_value(std::string_view text) {
  return !text.empty() && text.size() <= kMaxParameter &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_'; });
}

}  // namespace

std::string host_name(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) host = host.substr(0, colon);
  std::string name(host);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  return name;
}

/// Where some endpoints' paths have come to.
struct Router::Node {
  struct End {
    Route route;
    bool is_exact;  ///< false: its path goes on with an empty segment, which may be left out
  };
  std::map<std::string, std::unique_ptr<Node>, std::less<>> fixed;
  std::unique_ptr<Node> parameter;
  std::vector<End> ends;  ///< the most specific first

  Node& next(std::string_view segment) {
    std::unique_ptr<Node>& node = is_parameter(segment) ? parameter : fixed[std::string(segment)];
    if (!node) node = std::make_unique<Node>();
    return *node;
  }
  void end_here(Route route, bool is_exact) {
    ends.push_back({std::move(route), is_exact});
    const auto rank = [](const End& end) {
      const profile::Endpoint& endpoint = *end.route.endpoint;
      return std::tuple(endpoint.host.empty(), endpoint.listener.empty(), !end.is_exact);
    };
    std::stable_sort(ends.begin(), ends.end(), [&](const End& a, const End& b) { return rank(a) < rank(b); });
  }
};

struct Router::Request {
  std::string_view listener;
  std::string host;
};

Router::Router(const std::vector<profile::ProfilePtr>& profiles) {
  auto root = std::make_unique<Node>();
  for (const profile::ProfilePtr& profile : profiles) {
    for (const profile::Endpoint& endpoint : profile->endpoints) {
      const bool is_engine = profile->dialect_of(endpoint).traits().engine_io;
      const Segments segments = split(endpoint.path);
      Node* node = root.get();
      for (std::size_t i = 0; i < segments.size(); ++i) {
        // Clients of Socket.IO may be told to leave the slash at the end out (addTrailingSlash).
        const bool may_end = is_engine && i > 0 && i + 1 == segments.size() && segments[i].empty();
        if (may_end) node->end_here({profile, &endpoint}, false);
        node = &node->next(segments[i]);
      }
      node->end_here({profile, &endpoint}, true);
    }
  }
  root_ = std::move(root);
}

Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

/// `rest` starts with a slash, or is empty. Fixed segments come before parameters, the leftmost difference decides.
/// `is_bad`: on the way here stands a parameter that is none.
const Route* Router::find(const Node& node, const Request& request, std::string_view rest, bool is_bad, Match& match) {
  if (rest.empty()) {
    for (const Node::End& end : node.ends) {
      const profile::Endpoint& endpoint = *end.route.endpoint;
      if (!endpoint.listener.empty() && endpoint.listener != request.listener) continue;
      if (!endpoint.host.empty() && endpoint.host != request.host) continue;
      if (!is_bad) return &end.route;
      match.bad_parameter = true;
    }
    return nullptr;
  }
  rest.remove_prefix(1);
  const std::string_view segment = rest.substr(0, rest.find('/'));
  rest.remove_prefix(segment.size());
  const auto fixed = node.fixed.find(segment);
  const Route* found = nullptr;
  if (fixed != node.fixed.end()) found = find(*fixed->second, request, rest, is_bad, match);
  if (!found && node.parameter) {
    found = find(*node.parameter, request, rest, is_bad || !is_parameter_value(segment), match);
  }
  return found;
}

Router::Match Router::match(std::string_view listener, std::string_view host, std::string_view path) const {
  Match match;
  if (!path.starts_with('/')) return match;
  match.route = find(*root_, {listener, host_name(host)}, path, false, match);
  if (!match.route) return match;
  match.bad_parameter = false;
  const std::vector<std::string>& pattern = match.route->endpoint->segments;
  const bool has_parameters = std::any_of(pattern.begin(), pattern.end(), is_parameter);
  if (!has_parameters) return match;
  const Segments segments = split(path);
  for (std::size_t i = 0; i < std::min(pattern.size(), segments.size()); ++i) {
    if (is_parameter(pattern[i])) match.parameters.emplace_back(pattern[i].substr(1), segments[i]);
  }
  return match;
}

}  // namespace polygate::http
