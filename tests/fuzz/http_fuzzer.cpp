// Promises: however the bytes are cut, the same requests and the same refusal come out; what is accepted means the same
// when it is written again in canonical form; a path has nothing left in it to mislead a second reader.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/utf8.h"
#include "gateway/wire/http_parser.h"
#include "gateway/wire/websocket_handshake.h"

namespace {

using namespace polygate::wire;
using State = HttpParser::State;

constexpr HttpLimits kLimits{.max_head = 512, .max_headers = 8, .max_target = 96, .max_parameters = 6, .max_body = 64};

void require(bool promise) {
  if (!promise) std::abort();
}

void check(const HttpRequest& request) {
  const std::string_view path = request.path();
  require(path == "*" || path.starts_with('/'));
  require(polygate::is_utf8(path));
  require((std::string(path) + "/").find("/../") == std::string::npos);
  for (const char c : path) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != '\\');
  require(request.header_count() <= kLimits.max_headers && request.parameter_count() <= kLimits.max_parameters);
  for (std::size_t i = 0; i < request.parameter_count(); ++i) {
    require(polygate::is_utf8(request.parameter(i).name) && polygate::is_utf8(request.parameter(i).value));
  }
  require(request.body().size() <= kLimits.max_body);
  if (!check_handshake(request)) require(!switching_protocols(request).empty());
}

/// A request in canonical form: the same meaning, chunks joined.
std::string written(const HttpRequest& request) {
  std::string out = std::string(request.method()) + " " + std::string(request.target()) + " HTTP/1." +
                    std::to_string(request.minor_version()) + "\r\n";
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    const HttpField header = request.header(i);
    if (header.name == "transfer-encoding" || header.name == "content-length") continue;
    out.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  if (!request.body().empty()) out.append("content-length: " + std::to_string(request.body().size()) + "\r\n");
  return out.append("\r\n").append(request.body());
}

/// Everything that a parser tells about these bytes, which come in pieces of 1 to `most` bytes.
std::vector<std::string> read(std::string_view bytes, std::size_t most, std::uint32_t random) {
  HttpParser parser(kLimits);
  std::vector<std::string> story;
  while (!bytes.empty()) {
    random = random * 1664525 + 1013904223;
    const std::string piece(bytes.substr(0, 1 + (random >> 8) % most));
    bytes.remove_prefix(piece.size());
    std::string_view left = piece;
    State state = parser.feed(left);
    for (; state != State::more && state != State::refused; state = parser.feed(left)) {
      if (state == State::head) continue;
      check(parser.request());
      story.push_back(written(parser.request()));
      parser.next();
    }
    if (state == State::refused) {
      require(parser.refusal().status >= 400 && !parser.refusal().detail.empty());
      story.push_back(std::to_string(parser.refusal().status) + " " + parser.refusal().detail);
      return story;
    }
    require(left.empty());
  }
  story.push_back(parser.idle() ? "idle" : "partial");
  return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::vector<std::string> whole = read(bytes, size, 0);
  require(whole == read(bytes, 1, 0));
  require(whole == read(bytes, 1u + data[0], data[1]));
  for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
    // Written anew it may pass the limits (a longer spelling), but it is never another request, and never two.
    const std::vector<std::string> again = read(whole[i], whole[i].size(), 0);
    require(again.size() == 1 || (again.size() == 2 && again[0] == whole[i] && again[1] == "idle"));
    if (again.size() == 1) require(again[0].starts_with("431") || again[0].starts_with("413"));
  }
  return 0;
}
