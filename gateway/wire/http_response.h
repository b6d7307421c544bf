#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/http_request.h"

namespace polygate::wire {

/// The interim answer to a request that expects_continue() and whose head was accepted.
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
inline constexpr std::string_view kProblemJson = "application/problem+json";

struct ResponseOptions {
  bool close = false;      ///< announce that the connection is closed after this
  bool head_only = false;  ///< answers HEAD: the body counts in Content-Length and is left out
};

/// The reason phrase of a status code (RFC 9110 section 15), or "" for one that is not listed there.
std::string_view reason_phrase(int status);

/// A whole HTTP/1.1 response. Content-Length and Connection are written here and must not be among `headers`; control
/// bytes in header values become spaces, so that no value can start another header.
/// Statuses that never have a body (1xx, 204, 304) get none.
std::string response(int status, const std::vector<HttpField>& headers, std::string_view body,
                     ResponseOptions options = {});

/// A problem document (RFC 9457): type about:blank, the title from reason_phrase(), status and detail.
std::string problem(int status, std::string_view detail);

/// The answer to a refused request: a problem document, and the connection is closed.
/// `headers` come on top of the refusal's own (CORS, for instance).
std::string refusal_response(const HttpRefusal& refusal, const std::vector<HttpField>& headers = {},
                             ResponseOptions options = {.close = true});

/// Appends "name: value" and the line end, control bytes in the value replaced by spaces.
void append_header(std::string& out, HttpField header);

}  // namespace polygate::wire
