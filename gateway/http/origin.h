#pragma once
#include <string>
#include <utility>
#include <vector>

#include "gateway/http/handler.h"
#include "gateway/profile/profile.h"
#include "gateway/wire/http_request.h"

namespace polygate::http {

/// May a page of this request's origin use the endpoint? Browsers tell the origin truthfully and cannot be told not to;
/// a request without one does not come from a page and is allowed. `null` is refused unless it is listed.
/// Under `same_host` the origin's host and port must be those of the Host header; the scheme is not compared, because
/// a proxy may have taken the TLS away, but decides which port needs no naming.
bool is_origin_allowed(const profile::Origins& origins, const wire::HttpRequest& request);

/// The headers that let a page of another origin read the answer; none without an `Origin`, or when it is not allowed.
std::vector<std::pair<std::string, std::string>> cors_headers(const profile::Origins& origins,
                                                              const wire::HttpRequest& request);
/// The answer to OPTIONS, without cors_headers().
Response preflight(const wire::HttpRequest& request);

}  // namespace polygate::http
