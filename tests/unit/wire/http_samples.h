#pragma once
#include <algorithm>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/http_parser.h"

namespace polygate::wire {

/// Everything that a parser told about one connection's bytes, as text that can be compared.
struct HttpStory {
  std::vector<std::string> requests;
  int refused = 0;
  std::string detail;
  std::string rest;  ///< not consumed when `upto` requests were complete

  friend bool operator==(const HttpStory&, const HttpStory&) = default;
  friend std::ostream& operator<<(std::ostream& out, const HttpStory& story) {
    for (const std::string& request : story.requests) out << "[" << request << "] ";
    return out << "refused " << story.refused << " " << story.detail << " rest " << story.rest;
  }
};

inline std::string tell(const HttpRequest& request) {
  std::string out = std::string(request.method()) + " " + std::string(request.path());
  for (std::size_t i = 0; i < request.parameter_count(); ++i) {
    out.append(i == 0 ? "?" : "&").append(request.parameter(i).name).append("=").append(request.parameter(i).value);
  }
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    out.append(" |").append(request.header(i).name).append(":").append(request.header(i).value);
  }
  return out.append(" |").append(request.body()).append(request.keep_alive() ? "" : " close");
}

/// Feeds `bytes` cut by `cut`, which returns the size of the next piece.
template <class Cut>
HttpStory read_http(std::string_view bytes, const HttpLimits& limits, Cut cut) {
  HttpParser parser(limits);
  HttpStory story;
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, std::max<std::size_t>(1, cut())));  // a copy, so that ASan sees its ends
    bytes.remove_prefix(piece.size());
    std::string_view left = piece;
    while (true) {
      const HttpParser::State state = parser.feed(left);
      if (state == HttpParser::State::more) break;
      if (state == HttpParser::State::refused) {
        story.refused = parser.refusal().status;
        story.detail = parser.refusal().detail;
        return story;
      }
      if (state == HttpParser::State::head) continue;
      story.requests.push_back(tell(parser.request()));
      parser.next();
    }
  }
  story.rest = parser.idle() ? "" : "partial";
  return story;
}

inline HttpStory read_http(std::string_view bytes, const HttpLimits& limits = {}) {
  return read_http(bytes, limits, [&] { return bytes.size(); });
}

}  // namespace polygate::wire
