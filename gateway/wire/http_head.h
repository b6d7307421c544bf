#pragma once
#include <cstddef>

#include "gateway/wire/http_request.h"

namespace polygate::wire {

/// What one request may cost, in bytes and in numbers.
struct HttpLimits {
  std::size_t max_head = 16 * 1024;   ///< request line and headers with their line ends; more answers 431
  std::size_t max_headers = 100;      ///< more answer 431
  std::size_t max_target = 4 * 1024;  ///< more answers 414
  std::size_t max_parameters = 64;    ///< in the query; more answer 400
  std::size_t max_body = 1'000'000;  ///< once unchunked; more answers 413. HttpParser::limit_body() sets it per request
};

/// Something wrong with a request: the status to answer and constant text; no status when all is well.
struct HttpFault {
  int status = 0;
  const char* detail = "";
  explicit operator bool() const { return status != 0; }
};

/// Reads the lines of a head into a request whose text_ holds them. Strict where RFC 9112 lets a server choose,
/// because every leniency is a second reading that some proxy does not share. A short-lived helper of HttpParser.
class HttpHead {
 public:
  HttpHead(HttpRequest& request, const HttpLimits& limits) : request_(request), limits_(limits) {}

  /// Reads the request line at [at, at + size) of the text, without its line end (RFC 9112 section 3).
  HttpFault request_line(std::size_t at, std::size_t size);
  /// Reads a field line at [at, at + size) of the text, without its line end (RFC 9112 section 5).
  HttpFault field_line(std::size_t at, std::size_t size);
  /// After the last line: what the headers say together (host, framing, connection), then the path and the query.
  HttpFault finish();

  /// No request line within the limits is longer; a longer one is wrong within this many bytes.
  static std::size_t longest_request_line(const HttpLimits& limits);

 private:
  HttpFault target(std::string_view target);
  HttpFault framing();
  HttpFault decode();
  HttpFault parameters(std::string_view query);
  /// Replaces a part that holds escapes by its decoded form; returns what is wrong with it, or nullptr.
  const char* decode(HttpRequest::Slice& part, const char* (*decoder)(std::string_view, std::string&));
  HttpRequest::Slice slice(std::string_view part) const;

  HttpRequest& request_;
  const HttpLimits& limits_;
};

}  // namespace polygate::wire
