#include "gateway/wire/http_parser.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/wire/text.h"

namespace polygate::wire {

HttpParser::State HttpParser::feed(std::string_view& bytes) {
  switch (stage_) {
    case Stage::head:
      return read_head(bytes);
    case Stage::announced:
      if (request_.content_length() > max_body_) return refuse({413, "the body is over the limit (max_body)"});
      stage_ = Stage::body;
      return read_body(bytes);
    case Stage::body:
      return read_body(bytes);
    case Stage::complete:
      return State::request;
    case Stage::refused:
      break;
  }
  bytes = {};
  return State::refused;
}

void HttpParser::next() {
  forget();
  chunks_ = {};
  max_body_ = limits_.max_body;
  line_ = 0;
  scanned_ = 0;
  in_headers_ = false;
  stage_ = Stage::head;
}

void HttpParser::forget() {
  // Not assigned: libstdc++ keeps a string's heap when an empty one is assigned to it.
  const HttpRequest forgotten = std::exchange(request_, {});
}

// Every decision falls at the first byte that allows it and looks at nothing behind it, so that the outcome does not
// depend on how the bytes were cut.
HttpParser::State HttpParser::read_head(std::string_view& bytes) {
  std::string& text = request_.text_;
  const std::size_t before = text.size();
  const std::size_t most = limits_.max_head + 1;  // one more shows that it is too long
  text.append(bytes.substr(0, most - before));
  const State state = read_lines();
  if (state == State::refused) return state;
  bytes.remove_prefix(state == State::more ? text.size() - before : line_ - before);
  if (state == State::more) return state;
  text.resize(line_);
  return end_head();
}

/// Reads every complete line. `head` stands for the end of the head, which is at line_ then.
HttpParser::State HttpParser::read_lines() {
  const std::string& text = request_.text_;
  const std::size_t longest = HttpHead::longest_request_line(limits_);
  // What starts like this is no HTTP, for instance a TLS handshake: do not wait for a line end that may never come.
  if (!text.empty() && text[0] != '\r' && token_lower(text[0]) == 0) {
    return refuse({400, "request line: expected a method"});
  }
  while (true) {
    const std::size_t lf = text.find('\n', scanned_);
    const std::size_t line_end = std::min(lf, text.size());
    if (!in_headers_ && line_end - line_ > longest) {
      const HttpFault fault = HttpHead(request_, limits_).request_line(line_, longest);
      return refuse(fault ? fault : HttpFault{400, "request line: too long"});
    }
    if (line_end >= limits_.max_head) return refuse({431, "the head is over the limit (max_head)"});
    if (lf == std::string::npos) break;
    scanned_ = lf + 1;
    const State state = read_line(lf - line_);
    line_ = lf + 1;
    if (state != State::more) return state;
  }
  scanned_ = text.size();
  return State::more;
}

/// Reads the line at line_ whose LF stands `size` bytes behind its start.
HttpParser::State HttpParser::read_line(std::size_t size) {
  if (size == 0 || request_.text_[line_ + size - 1] != '\r') {
    return refuse({400, "a line that ends with LF alone"});
  }
  --size;
  HttpHead head(request_, limits_);
  if (in_headers_) {
    if (size == 0) return State::head;
    const HttpFault fault = head.field_line(line_, size);
    if (!fault) return State::more;
    const std::string place = "header " + std::to_string(request_.header_count() + 1) + ": ";
    refuse(fault);
    refusal_.detail.insert(0, place);
    return State::refused;
  }
  if (size == 0 && line_ == 0) return State::more;  // one empty line before a request (RFC 9112 section 2.2)
  const HttpFault fault = head.request_line(line_, size);
  in_headers_ = true;
  return fault ? refuse(fault) : State::more;
}

HttpParser::State HttpParser::end_head() {
  if (const HttpFault fault = HttpHead(request_, limits_).finish()) return refuse(fault);
  if (!request_.has_body()) return complete();
  stage_ = Stage::announced;
  return State::head;
}

HttpParser::State HttpParser::read_body(std::string_view& bytes) {
  if (request_.chunked()) {
    switch (chunks_.feed(bytes, request_.body_, max_body_)) {
      case ChunkedBody::State::more:
        return State::more;
      case ChunkedBody::State::complete:
        return complete();
      case ChunkedBody::State::refused:
        break;
    }
    return refuse(chunks_.fault());
  }
  const std::uint64_t left = request_.content_length() - request_.body_.size();
  const std::size_t taken = std::min<std::uint64_t>(bytes.size(), left);
  request_.body_.append(bytes.substr(0, taken));  // grows by what came, not by what was declared
  bytes.remove_prefix(taken);
  return taken == left ? complete() : State::more;
}

HttpParser::State HttpParser::complete() {
  stage_ = Stage::complete;
  return State::request;
}

HttpParser::State HttpParser::refuse(HttpFault fault) {
  refusal_.status = fault.status;
  refusal_.detail = fault.detail;
  if (stage_ == Stage::head) {
    forget();
  } else {
    request_.take_body();
  }
  stage_ = Stage::refused;
  return State::refused;
}

}  // namespace polygate::wire
