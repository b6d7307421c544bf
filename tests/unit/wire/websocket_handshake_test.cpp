#include "gateway/wire/websocket_handshake.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/wire/http_parser.h"
#include "gateway/wire/http_response.h"
#include "gateway/wire/websocket_client.h"

namespace polygate::wire {
namespace {

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";

HttpRequest read_upgrade(std::string_view bytes) {
  HttpParser parser;
  HttpParser::State state = parser.feed(bytes);
  if (state == HttpParser::State::head) state = parser.feed(bytes);
  EXPECT_EQ(state, HttpParser::State::request) << parser.refusal().detail;
  return std::move(parser.request());
}

/// The handshake of RFC 6455 section 1.3 with one part replaced by another.
std::string handshake(std::string_view part = "", std::string_view other = "") {
  std::string text =
      "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  if (!part.empty()) text.replace(text.find(part), part.size(), other);
  return text;
}

TEST(WebSocketHandshake, AnswersTheExampleOfTheRfc) {
  EXPECT_EQ(accept_key(kKey), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const HttpRequest request = read_upgrade(handshake());
  EXPECT_FALSE(check_handshake(request));
  EXPECT_EQ(switching_protocols(request),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

TEST(WebSocketHandshake, AcceptsWhatBrowsersSend) {
  const HttpRequest request = read_upgrade(
      "GET /chat HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: Mozilla/5.0\r\nSec-WebSocket-Version: 13\r\n"
      "Origin: http://localhost\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
      "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nConnection: keep-alive, Upgrade\r\nPragma: no-cache\r\n"
      "Sec-WebSocket-Protocol: chat, superchat\r\nUpgrade: WebSocket\r\n\r\n");
  EXPECT_FALSE(check_handshake(request));
  EXPECT_EQ(offered_subprotocols(request), (std::vector<std::string_view>{"chat", "superchat"}));
  const std::string answer = switching_protocols(request, "superchat", {{"X-Request-Id", "7"}});
  EXPECT_NE(answer.find("\r\nSec-WebSocket-Protocol: superchat\r\nX-Request-Id: 7\r\n\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("Extensions"), std::string::npos) << "permessage-deflate is declined";
}

TEST(WebSocketHandshake, FitsItsOwnClient) {
  const HttpRequest request = read_upgrade(client_handshake("h:1", "/x?y=z", kKey, {{"Origin", "http://h"}}));
  EXPECT_FALSE(check_handshake(request));
  EXPECT_EQ(request.find("origin"), "http://h");
  const std::string answer = switching_protocols(request);
  EXPECT_TRUE(is_accepted(answer, kKey));
  EXPECT_FALSE(is_accepted(answer, "x3JJHMbDL1EzLkh9GBhXDw=="));
  EXPECT_FALSE(is_accepted("HTTP/1.1 200 OK\r\n\r\n", kKey));
}

TEST(WebSocketHandshake, TellsPlainRequestsApart) {
  EXPECT_TRUE(asks_for_websocket(read_upgrade(handshake())));
  EXPECT_FALSE(asks_for_websocket(read_upgrade("GET / HTTP/1.1\r\nHost: h\r\n\r\n")));
  EXPECT_FALSE(
      asks_for_websocket(read_upgrade("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: "
                                      "h2c\r\nHTTP2-Settings: AA\r\n\r\n")));
}

TEST(Threats, T03_RefusesBadHandshakesWithTheirStatus) {
  const struct {
    int status;
    std::string_view part;
    std::string_view other;
  } cases[] = {
      {405, "GET", "POST"},
      {405, "GET", "get"},
      {400, "HTTP/1.1", "HTTP/1.0"},
      {426, "Upgrade: websocket\r\n", ""},
      {426, "Upgrade: websocket", "Upgrade: foo"},
      {426, "Upgrade: websocket", "Upgrade: h2c"},
      {426, "Upgrade: websocket", "Upgrade: websocket2"},
      {400, "Connection: Upgrade", "Connection: keep-alive"},
      {400, "Connection: Upgrade\r\n", ""},
      {400, "Upgrade: websocket\r\n", "Upgrade: websocket\r\nContent-Length: 0001\r\n"},
      {426, "Version: 13", "Version: 8"},
      {426, "Version: 13", "Version: 0"},
      {426, "Version: 13", "Version: 013"},
      {426, "Version: 13", "Version: 13, 8"},
      {426, "Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13"},
      {426, "Sec-WebSocket-Version: 13\r\n", ""},
      {400, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""},
      {400, "dGhlIHNhbXBsZSBub25jZQ==", ""},
      {400, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ"},
      {400, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ="},
      {400, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZR=="},
      {400, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQAA"},
      {400, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j"},
      {400, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhb_BsZSBub25jZQ=="},
      {400, "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="},
      {400, "Upgrade: websocket\r\n", "Upgrade: websocket\r\nSec-WebSocket-Protocol: a b\r\n"},
  };
  for (const auto& [status, part, other] : cases) {
    std::string text = handshake(part, other);
    if (other.find("Content-Length") != std::string_view::npos) text += "x";
    const std::optional<HttpRefusal> refusal = check_handshake(read_upgrade(text));
    ASSERT_TRUE(refusal) << part << " -> " << other;
    EXPECT_EQ(refusal->status, status) << part << " -> " << other;
    EXPECT_FALSE(refusal->detail.empty());
    if (status == 426) {
      EXPECT_NE(refusal_response(*refusal).find("\r\nSec-WebSocket-Version: 13\r\n"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace polygate::wire
