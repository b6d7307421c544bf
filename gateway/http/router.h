#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/profile/profile.h"

namespace polygate::http {

/// One endpoint of one profile.
struct Route {
  profile::ProfilePtr profile;
  const profile::Endpoint* endpoint = nullptr;
};

/// Finds the endpoint for a request. Built once from all profiles, immutable, shared by all threads. A tree of
/// segments: what a request costs depends on its path and not on how many endpoints there are. The most specific
/// endpoint wins: first by path, a fixed segment before a parameter from left to right; then a named host before any;
/// then a named listener before any. Slashes count: "/a/" is not "/a", save for Socket.IO's.
class Router {
 public:
  explicit Router(const std::vector<profile::ProfilePtr>& profiles);
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  struct Match {
    const Route* route = nullptr;  ///< null: nobody lives there
    bool bad_parameter = false;    ///< a path fits save for a parameter that is not [A-Za-z0-9_-]{1,64}
    std::vector<std::pair<std::string, std::string>> parameters;  ///< name without ":" -> value
  };
  /// `host` is a Host header's value, in any case and with or without port; `path` is decoded.
  Match match(std::string_view listener, std::string_view host, std::string_view path) const;

 private:
  struct Node;
  struct Request;
  static const Route* find(const Node& node, const Request& request, std::string_view rest, bool is_bad, Match& match);

  std::unique_ptr<const Node> root_;
};

/// A Host header's host, lower-case, without the port; an IPv6 address keeps its brackets.
std::string host_name(std::string_view host);

}  // namespace polygate::http
