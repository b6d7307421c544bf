#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/wire/http_request.h"

namespace polygate::http {

/// What a handler answers.
struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  ///< without Content-Length and Connection
  std::string body;
  bool close = false;  ///< end the connection after it
};

/// The one answer that a request is owed: may be given now or later, from any thread, once. Dropped without one, it
/// answers 500. Nobody minds when the client has gone meanwhile.
class Reply {
 public:
  using Sink = std::function<void(Response)>;
  explicit Reply(Sink sink) : sink_(std::move(sink)) {}
  Reply(Reply&& other) noexcept : sink_(std::exchange(other.sink_, nullptr)) {}
  Reply& operator=(Reply&&) = delete;
  ~Reply();

  void answer(Response response);

 private:
  Sink sink_;
};

/// Called on a worker's thread and must not block; the request is valid during the call only.
using Handler = std::function<void(const wire::HttpRequest& request, Reply reply)>;

/// A problem document (RFC 9457) as a response.
Response problem_response(int status, std::string_view detail);

}  // namespace polygate::http
