#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/wire/chunked_body.h"
#include "gateway/wire/http_head.h"
#include "gateway/wire/http_request.h"

namespace polygate::wire {

/// Reads HTTP/1.1 requests from one connection's bytes, however they are cut (RFC 9110, RFC 9112). Owned by the
/// connection, used on its thread. Holds no heap between requests. Ends with the first refused request: from there on
/// nobody can say where the next one would start.
class HttpParser {
 public:
  enum class State : std::uint8_t {
    more,     ///< all bytes are consumed and the request is not complete
    head,     ///< the head is complete and a body follows: look at it, perhaps limit_body(), and feed on
    request,  ///< request() is complete: answer it and call next()
    refused,  ///< refusal() says what to answer; then close the connection
  };

  explicit HttpParser(const HttpLimits& limits = {}) : limits_(limits) {}

  /// Consumes from the front of `bytes` what belongs to the present request and never what follows it: that is the
  /// next request, or the first WebSocket frames. Call again after `head`, even without new bytes.
  State feed(std::string_view& bytes);

  /// Valid at `head` and `request`. After a refused body its head is still there, after a refused head nothing is.
  HttpRequest& request() { return request_; }
  const HttpRefusal& refusal() const { return refusal_; }

  /// Sets max_body for the present request, in bytes. To be called at `head`.
  void limit_body(std::size_t bytes) { max_body_ = bytes; }
  /// Forgets the complete request and waits for the next one on the same connection.
  void next();
  /// Has nothing of the next request arrived? Then closing the connection loses nothing.
  bool idle() const { return stage_ == Stage::head && request_.text_.empty(); }

 private:
  enum class Stage : std::uint8_t { head, announced, body, complete, refused };

  State read_head(std::string_view& bytes);
  State read_lines();
  State read_line(std::size_t size);
  State end_head();
  State read_body(std::string_view& bytes);
  State complete();
  void forget();
  State refuse(HttpFault fault);

  HttpLimits limits_;
  HttpRequest request_;
  HttpRefusal refusal_;
  ChunkedBody chunks_;
  std::size_t max_body_ = limits_.max_body;
  std::size_t line_ = 0;     ///< where the line that is being read starts in the request's text
  std::size_t scanned_ = 0;  ///< up to where the text was searched for a line end
  bool in_headers_ = false;  ///< the request line is read
  Stage stage_ = Stage::head;
};

}  // namespace polygate::wire
