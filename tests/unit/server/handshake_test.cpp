#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/test_client.h"
#include "tests/unit/server/test_server.h"

namespace polygate::server {
namespace {

using testing::HasSubstr;

constexpr std::string_view kUpgrade =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

TEST(Handshake, OpensASessionThatSpeaks) {
  TestServer server;
  ASSERT_TRUE(server.started()) << server.started().failure().message;
  TestClient client(server.port());
  const auto answer = client.upgrade("/words/7?x=1");
  EXPECT_EQ(answer.status, 101);
  EXPECT_THAT(answer.head, HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  client.send("say hello");
  EXPECT_EQ(client.receive().payload, "say hello");
  client.send("where");
  EXPECT_EQ(client.receive().payload, "where 7");
  EXPECT_EQ(server.handshakes(Handshake::accepted), 1u);
}

TEST(Handshake, FramesMayFollowInTheSamePacket) {
  TestServer server;
  TestClient client(server.port());
  std::string bytes = wire::client_handshake("localhost", "/words/7", "dGhlIHNhbXBsZSBub25jZQ==");
  wire::append_masked_frame(bytes, wire::Opcode::text, "say one", {1, 2, 3, 4});
  wire::append_masked_frame(bytes, wire::Opcode::text, "say two", {1, 2, 3, 4});
  EXPECT_EQ(client.request(bytes).status, 101);
  EXPECT_EQ(client.receive().payload, "say one");
  EXPECT_EQ(client.receive().payload, "say two");
}

TEST(Handshake, IsReadHoweverItsBytesAreCut) {
  TestServer server;
  TestClient client(server.port());
  for (const char byte : wire::client_handshake("localhost", "/words/7", "dGhlIHNhbXBsZSBub25jZQ==")) {
    client.write({&byte, 1});
  }
  EXPECT_EQ(client.answer().status, 101);
}

TEST(Threats, T03_EveryRefusalHasItsStatusAndAProblemDocument) {
  TestServer server;
  const std::string upgrade(kUpgrade);
  struct Case {
    int status;
    std::string bytes;
    Handshake counted;
  };
  for (const Case& one : {
           Case{404, "GET /nowhere HTTP/1.1\r\nHost: a\r\n" + upgrade + "\r\n", Handshake::not_found},
           Case{404, "GET /words/7/ HTTP/1.1\r\nHost: a\r\n" + upgrade + "\r\n", Handshake::not_found},
           Case{404, "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", Handshake::not_found},
           Case{400, "GET /words/a%20b HTTP/1.1\r\nHost: a\r\n" + upgrade + "\r\n", Handshake::malformed},
           Case{400, "GET /words/%2e%2e HTTP/1.1\r\nHost: a\r\n" + upgrade + "\r\n", Handshake::malformed},
           Case{426, "GET /words/7 HTTP/1.1\r\nHost: a\r\n\r\n", Handshake::not_websocket},
           Case{405, "POST /words/7 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n" + upgrade + "\r\nab",
                Handshake::not_websocket},
           Case{426, "POST /words/7 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", Handshake::not_websocket},
           Case{400, "GET /words/7 HTTP/1.1\r\n" + upgrade + "\r\n", Handshake::malformed},
           Case{403, "GET /words/7 HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n" + upgrade + "\r\n", Handshake::origin},
           Case{403, "GET /words/7 HTTP/1.1\r\nHost: a\r\nOrigin: null\r\n" + upgrade + "\r\n", Handshake::origin},
           Case{431, "GET /words/7 HTTP/1.1\r\nHost: a\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n",
                Handshake::malformed},
           Case{414, "GET /" + std::string(5'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", Handshake::malformed},
           Case{400, "nonsense\r\n\r\n", Handshake::malformed},
       }) {
    const std::uint64_t before = server.handshakes(one.counted);
    TestClient client(server.port());
    const auto answer = client.request(one.bytes);
    EXPECT_EQ(answer.status, one.status) << one.bytes.substr(0, 200);
    EXPECT_THAT(answer.head, HasSubstr("Content-Type: application/problem+json"));
    EXPECT_THAT(answer.head, testing::ContainsRegex("Connection: .*close"));
    EXPECT_THAT(answer.body, HasSubstr("\"status\":" + std::to_string(one.status)));
    EXPECT_EQ(client.rest(), "") << "the connection is closed after a refusal";
    EXPECT_EQ(server.handshakes(one.counted), before + 1) << one.bytes.substr(0, 200);
  }
}

TEST(Threats, T03_A426SaysWhatWeSpeak) {
  TestServer server;
  TestClient client(server.port());
  const auto answer = client.request("GET /words/7 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer.head, HasSubstr("Sec-WebSocket-Version: 13"));
}

TEST(Threats, T04_WhatFollowsARefusedRequestIsNoRequest) {
  TestServer server;
  TestClient client(server.port());
  client.write(
      "POST /words/7 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
      "GET /words/7 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.answer().status, 400);
  EXPECT_EQ(client.rest(), "");
}

TEST(Threats, T30_APageOfTheSameHostMayConnect) {
  TestServer server;
  TestClient client(server.port());
  EXPECT_EQ(client.upgrade("/words/7", {{"Origin", "http://localhost:80"}}).status, 101);
}

TEST(Handshake, TheListenerDecidesWhatLivesThere) {
  auto inner = endpoint("/inner");
  inner.listener = "inner";
  TestServer server({words({endpoint("/words/:id"), inner})}, {},
                    {{"main", "127.0.0.1", 0, {}, {}}, {"inner", "127.0.0.1", 0, {}, {}}});
  ASSERT_NE(server.port("main"), server.port("inner"));
  EXPECT_EQ(TestClient(server.port("main")).upgrade("/inner").status, 404);
  EXPECT_EQ(TestClient(server.port("inner")).upgrade("/inner").status, 101);
  EXPECT_EQ(TestClient(server.port("inner")).upgrade("/words/7").status, 101);
}

TEST(Handshake, APeerThatLeavesBeforeIsCountedAsLost) {
  TestServer server;
  { TestClient client(server.port()); }
  EXPECT_TRUE(server.becomes([](const Collected& now) {
    return now.workers[0].transport.handshakes[static_cast<std::size_t>(Handshake::lost)] == 1 &&
           now.workers[0].transport.connections == 0 && now.acceptor.connections == 0;
  }));
}

}  // namespace
}  // namespace polygate::server
