#include "gateway/transport/router.h"

#include <algorithm>

#include "gateway/base/ascii.h"
#include "gateway/wire/text.h"

namespace polygate::transport {
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

/// Fixed segments before parameters, the leftmost difference decides; then host, then listener.
bool is_more_specific(const Route& a, const Route& b) {
  const Segments left = split(a.endpoint->path);
  const Segments right = split(b.endpoint->path);
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (is_parameter(left[i]) != is_parameter(right[i])) return is_parameter(right[i]);
  }
  if (a.endpoint->host.empty() != b.endpoint->host.empty()) return b.endpoint->host.empty();
  return !a.endpoint->listener.empty() && b.endpoint->listener.empty();
}

enum class Fit { no, bad_parameter, yes };

Fit fit(const Segments& pattern, const Segments& path) {
  if (pattern.size() != path.size()) return Fit::no;
  Fit fit = Fit::yes;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (!is_parameter(pattern[i])) {
      if (pattern[i] != path[i]) return Fit::no;
    } else if (!is_parameter_value(path[i])) {
      fit = Fit::bad_parameter;
    }
  }
  return fit;
}

}  // namespace

std::string host_name(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) host = host.substr(0, colon);
  std::string name(host);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  return name;
}

Router::Router(const std::vector<profile::ProfilePtr>& profiles) {
  for (const profile::ProfilePtr& profile : profiles) {
    for (const profile::Endpoint& endpoint : profile->endpoints) routes_.push_back({profile, &endpoint});
  }
  std::stable_sort(routes_.begin(), routes_.end(), is_more_specific);
}

Router::Match Router::match(std::string_view listener, std::string_view host, std::string_view path) const {
  const std::string name = host_name(host);
  const Segments segments = split(path);
  Match match;
  for (const Route& route : routes_) {
    const profile::Endpoint& endpoint = *route.endpoint;
    if (!endpoint.listener.empty() && endpoint.listener != listener) continue;
    if (!endpoint.host.empty() && endpoint.host != name) continue;
    Segments pattern = split(endpoint.path);
    const bool is_engine = route.profile->dialect->carriage() != dialect::Carriage::websocket;
    if (is_engine && pattern.size() > 1 && pattern.back().empty() && pattern.size() == segments.size() + 1) {
      pattern.pop_back();  // clients of Socket.IO may be told to leave the slash out (addTrailingSlash)
    }
    const Fit fits = fit(pattern, segments);
    match.bad_parameter |= fits == Fit::bad_parameter;
    if (fits != Fit::yes) continue;
    match.route = &route;
    match.bad_parameter = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (is_parameter(pattern[i])) match.parameters.emplace_back(pattern[i].substr(1), segments[i]);
    }
    break;
  }
  return match;
}

}  // namespace polygate::transport
