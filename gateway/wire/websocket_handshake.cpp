#include "gateway/wire/websocket_handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "gateway/wire/http_response.h"
#include "gateway/wire/text.h"

namespace polygate::wire {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 section 1.3
constexpr std::size_t kKeySize = 24;
constexpr std::size_t kAcceptSize = 28;

constexpr bool is_base64(char c) {
  return is_alnum(c) || c == '+' || c == '/';
}

/// 16 bytes in base64: 21 digits, one whose lower four bits are 0, and the padding.
bool is_key(std::string_view key) {
  return key.size() == kKeySize && key.ends_with("==") && std::all_of(key.begin(), key.begin() + 21, is_base64) &&
         std::string_view("AQgw").find(key[21]) != std::string_view::npos;
}

std::optional<HttpRefusal> upgrade_required(const char* detail) {
  return HttpRefusal{426, detail, {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}}};
}

std::optional<HttpRefusal> bad_request(const char* detail) {
  return HttpRefusal{400, detail, {}};
}

}  // namespace

bool asks_for_websocket(const HttpRequest& request) {
  return request.lists("upgrade", "websocket");
}

std::optional<HttpRefusal> check_handshake(const HttpRequest& request) {
  if (!asks_for_websocket(request)) return upgrade_required("only WebSocket is spoken here: no Upgrade: websocket");
  if (request.method() != "GET") {
    return HttpRefusal{405, "a WebSocket handshake is a GET request", {{"Allow", "GET"}}};
  }
  if (request.minor_version() < 1) return bad_request("a WebSocket handshake needs HTTP/1.1");
  if (!request.lists("connection", "upgrade")) return bad_request("connection: expected the option Upgrade");
  if (request.has_body()) return bad_request("a WebSocket handshake has no body");
  if (request.count("sec-websocket-version") != 1 || request.find("sec-websocket-version") != "13") {
    return upgrade_required("sec-websocket-version: expected 13");
  }
  if (request.count("sec-websocket-key") != 1) return bad_request("expected one Sec-WebSocket-Key header");
  if (!is_key(*request.find("sec-websocket-key"))) {
    return bad_request("sec-websocket-key: expected 16 bytes in canonical base64");
  }
  const std::vector<std::string_view> offered = offered_subprotocols(request);
  if (!std::all_of(offered.begin(), offered.end(), is_token)) {
    return bad_request("sec-websocket-protocol: expected a list of tokens");
  }
  return std::nullopt;
}

std::string accept_key(std::string_view key) {
  std::string text;
  text.reserve(key.size() + kGuid.size());
  text.append(key).append(kGuid);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  // Fetched once: SHA1() would look for it at every handshake.
  static EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  if (sha1 == nullptr || EVP_Digest(text.data(), text.size(), digest.data(), nullptr, sha1, nullptr) != 1) std::abort();
  std::array<unsigned char, kAcceptSize + 1> encoded;  // EVP_EncodeBlock ends it with NUL
  EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return std::string(encoded.begin(), encoded.begin() + kAcceptSize);
}

std::vector<std::string_view> offered_subprotocols(const HttpRequest& request) {
  std::vector<std::string_view> offered;
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    const auto [name, value] = request.header(i);
    if (name != "sec-websocket-protocol") continue;
    each_member(value, [&](std::string_view protocol) { offered.push_back(protocol); });
  }
  return offered;
}

std::string switching_protocols(const HttpRequest& request, std::string_view subprotocol,
                                const std::vector<HttpField>& headers) {
  std::string out;
  out.reserve(256);
  out.append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
  append_header(out, {"Sec-WebSocket-Accept", accept_key(request.find("sec-websocket-key").value_or(""))});
  if (!subprotocol.empty()) append_header(out, {"Sec-WebSocket-Protocol", subprotocol});
  for (const HttpField& header : headers) append_header(out, header);
  out.append("\r\n");
  return out;
}

}  // namespace polygate::wire
