#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/wire/http_request.h"

namespace polygate::transport {

/// What a handler answers.
struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  ///< without Content-Length and Connection
  std::string body;
  bool close = false;  ///< end the connection after it
};

/// The one answer that a request is owed: may be given now or later, from any thread, once. Dropped without one, it
/// answers 500. Nobody minds when the client has gone meanwhile.
class HttpReply {
 public:
  using Sink = std::function<void(HttpResponse)>;
  explicit HttpReply(Sink sink) : sink_(std::move(sink)) {}
  HttpReply(HttpReply&& other) noexcept : sink_(std::exchange(other.sink_, nullptr)) {}
  HttpReply& operator=(HttpReply&&) = delete;
  ~HttpReply();

  void answer(HttpResponse response);

 private:
  Sink sink_;
};

/// Called on a worker's thread and must not block; the request is valid during the call only.
using HttpHandler = std::function<void(const wire::HttpRequest& request, HttpReply reply)>;

/// A problem document (RFC 9457) as a response.
HttpResponse problem_response(int status, std::string_view detail);

}  // namespace polygate::transport
