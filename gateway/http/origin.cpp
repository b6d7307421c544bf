#include "gateway/http/origin.h"

#include <algorithm>

#include "gateway/wire/text.h"

namespace polygate::http {
namespace {

bool same_words(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

bool is_same_host(std::string_view origin, std::string_view host) {
  for (const auto& [scheme, port] : {std::pair<std::string_view, std::string_view>{"http://", ":80"},
                                     std::pair<std::string_view, std::string_view>{"https://", ":443"}}) {
    if (!origin.starts_with(scheme)) continue;
    const std::string_view of_page = without_suffix(origin.substr(scheme.size()), port);
    return !of_page.empty() && same_words(of_page, without_suffix(host, port));
  }
  return false;
}

}  // namespace

bool is_origin_allowed(const profile::Origins& origins, const wire::HttpRequest& request) {
  if (origins.kind == profile::Origins::Kind::any) return true;
  const std::size_t count = request.count("origin");
  if (count == 0) return true;
  if (count > 1) return false;
  const std::string_view origin = *request.find("origin");
  if (origins.kind == profile::Origins::Kind::list) {
    return std::find(origins.list.begin(), origins.list.end(), origin) != origins.list.end();
  }
  return is_same_host(origin, request.find("host").value_or(std::string_view()));
}

std::vector<std::pair<std::string, std::string>> cors_headers(const profile::Origins& origins,
                                                              const wire::HttpRequest& request) {
  const auto origin = request.find("origin");
  if (!origin) return {};
  std::vector<std::pair<std::string, std::string>> headers = {{"Vary", "Origin"}};
  if (!is_origin_allowed(origins, request)) return headers;
  headers.emplace_back("Access-Control-Allow-Origin", *origin);
  headers.emplace_back("Access-Control-Allow-Credentials", "true");
  return headers;
}

Response preflight(const wire::HttpRequest& request) {
  Response response;
  response.status = 204;
  response.headers = {{"Access-Control-Allow-Methods", "GET,POST"}, {"Access-Control-Max-Age", "600"}};
  if (const auto asked = request.find("access-control-request-headers")) {
    response.headers.emplace_back("Access-Control-Allow-Headers", *asked);
  }
  return response;
}

}  // namespace polygate::http
