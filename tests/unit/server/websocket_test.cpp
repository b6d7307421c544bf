#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/server/test_client.h"
#include "tests/unit/server/test_server.h"

namespace polygate::server {
namespace {

using Kind = wire::WebSocketItem::Kind;
using std::chrono::steady_clock;

class WebSocketTest : public testing::Test {
 protected:
  /// A client with an open session.
  std::unique_ptr<TestClient> client(int receive_buffer = 0) {
    auto made = std::make_unique<TestClient>(server.port(), receive_buffer);
    EXPECT_EQ(made->upgrade("/words/7").status, 101);
    return made;
  }
  TestServer server;
};

TEST_F(WebSocketTest, CarriesMessagesOfEverySize) {
  const auto one = client();
  for (const std::size_t size : {0, 1, 121, 122, 65'531, 65'532, 70'000, 1'000'000}) {
    const std::string message = "say " + std::string(size, 'x');
    ASSERT_TRUE(one->send(message));
    const auto back = one->receive();
    EXPECT_EQ(back.kind, Kind::text);
    EXPECT_EQ(back.payload == message, true) << size;
  }
}

TEST_F(WebSocketTest, ManyMessagesInOneGoComeBackInOrder) {
  const auto one = client();
  std::string frames;
  for (int i = 0; i < 5'000; ++i) {
    wire::append_masked_frame(frames, wire::Opcode::text, "say " + std::to_string(i), {1, 2, 3, 4});
  }
  one->write(frames);
  for (int i = 0; i < 5'000; ++i) ASSERT_EQ(one->receive().payload, "say " + std::to_string(i));
  const auto meter = server.collect().workers[0].transport;
  EXPECT_LT(meter.writes, 2'000u) << "what waits goes out together";
}

TEST_F(WebSocketTest, OnePublishReachesEveryoneWhoJoined) {
  const auto one = client();
  const auto two = client();
  for (TestClient* each : {one.get(), two.get()}) {
    each->send("join");
    EXPECT_EQ(each->receive().payload, "join ok");
  }
  one->send("shout hello");
  EXPECT_EQ(one->receive().payload, "shout hello");
  EXPECT_EQ(two->receive().payload, "shout hello");
}

TEST_F(WebSocketTest, APingComesBackAsPong) {
  const auto one = client();
  for (int i = 0; i < 10; ++i) one->send("ping " + std::to_string(i), wire::Opcode::ping);
  for (int i = 0; i < 10; ++i) {
    const auto pong = one->receive();
    EXPECT_EQ(pong.kind, Kind::pong);
    EXPECT_EQ(pong.payload, "ping " + std::to_string(i));
  }
}

TEST_F(WebSocketTest, APongComesBetweenMessagesNeverWithinOne) {
  const auto one = client(4'096);
  const std::string big = "say " + std::string(900'000, 'x');
  one->send(big);
  one->send("now", wire::Opcode::ping);
  const auto first = one->receive();
  const auto second = one->receive();
  const auto& pong = first.kind == Kind::pong ? first : second;
  const auto& message = first.kind == Kind::pong ? second : first;
  EXPECT_EQ(pong.payload, "now");
  EXPECT_TRUE(message.payload == big);
}

TEST(Threats, T09_APingFloodIsCut) {
  TestServer server;
  TestClient client(server.port());
  ASSERT_EQ(client.upgrade("/words/7").status, 101);
  std::string flood;
  for (int i = 0; i < 300; ++i) wire::append_masked_frame(flood, wire::Opcode::ping, "x", {1, 2, 3, 4});
  client.write(flood);
  TestClient::Message last = client.receive();
  while (last.kind == Kind::pong) last = client.receive();
  EXPECT_EQ(last.kind, Kind::close);
  EXPECT_EQ(last.code, 1008);
  EXPECT_TRUE(client.receive().ended());
}

TEST_F(WebSocketTest, ThePeersCloseIsAnsweredAndTcpEnds) {
  const auto one = client();
  one->send(wire::close_payload(1000, "done"), wire::Opcode::close);
  const auto close = one->receive();
  EXPECT_EQ(close.kind, Kind::close);
  EXPECT_EQ(close.code, 1000);
  EXPECT_TRUE(one->receive().ended());
}

TEST_F(WebSocketTest, WhatTheSessionSaidLastComesBeforeItsClose) {
  const auto one = client();
  one->send("bye");
  EXPECT_EQ(one->receive().payload, "bye bye");
  const auto close = one->receive();
  EXPECT_EQ(close.kind, Kind::close);
  EXPECT_EQ(close.code, 4000);
  EXPECT_EQ(close.payload, "as you wish");
  EXPECT_TRUE(one->receive().ended());
}

TEST(Threats, T07_AViolationIsAnsweredAndTcpEndsWithinASecond) {
  TestServer server;
  struct Case {
    std::string bytes;
    std::uint16_t code;
  };
  const auto masked = [](wire::Opcode opcode, std::string_view payload) {
    std::string frame;
    wire::append_masked_frame(frame, opcode, payload, {1, 2, 3, 4});
    return frame;
  };
  for (const Case& one :
       {Case{"\x81\x05hello", 1002}, Case{std::string("\xc1\x80\0\0\0\0", 6), 1002},
        Case{std::string("\x83\x80\0\0\0\0", 6), 1002}, Case{masked(wire::Opcode::text, "\xff"), 1007},
        Case{std::string("\x81\xff\x7f\0\0\0\0\0\0\0", 10) + "mask", 1009}}) {
    TestClient client(server.port());
    ASSERT_EQ(client.upgrade("/words/7").status, 101);
    const auto started = steady_clock::now();
    client.write(one.bytes);
    const auto close = client.receive();
    EXPECT_EQ(close.kind, Kind::close);
    EXPECT_EQ(close.code, one.code);
    EXPECT_TRUE(client.receive().ended()) << "even though the client keeps its side open";
    EXPECT_LT(steady_clock::now() - started, std::chrono::milliseconds(1'100));
  }
}

TEST(Threats, T07_APeerThatNeverClosesIsCutAfterTheLinger) {
  Settings settings;
  settings.linger = Millis(100);
  TestServer server(settings);
  TestClient client(server.port());
  ASSERT_EQ(client.upgrade("/words/7").status, 101);
  client.send("bye");
  EXPECT_TRUE(server.becomes([](const Collected& now) { return now.acceptor.connections == 0; }));
}

TEST(Ping, APeerThatDoesNotAnswerIsLost) {
  auto pinged = endpoint("/words/:id");
  pinged.ping = {Millis(100), Millis(200)};
  TestServer server({words({pinged})});
  TestClient silent(server.port());
  ASSERT_EQ(silent.upgrade("/words/7").status, 101);
  EXPECT_EQ(silent.receive().kind, Kind::ping);
  EXPECT_TRUE(silent.receive().ended());
  EXPECT_EQ(server.collect().workers[0].transport.lost, 1u);
}

TEST(Ping, APeerThatAnswersStays) {
  auto pinged = endpoint("/words/:id");
  pinged.ping = {Millis(100), Millis(5'000)};
  TestServer server({words({pinged})});
  TestClient client(server.port());
  ASSERT_EQ(client.upgrade("/words/7").status, 101);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(client.receive().kind, Kind::ping);
    client.send("", wire::Opcode::pong);
  }
  client.send("say hello");
  EXPECT_EQ(client.receive().payload, "say hello");
}

TEST(Ping, NobodyIsPingedWhereThePolicySaysSo) {
  auto pinged = endpoint("/pinged");
  pinged.ping = {Millis(60), Millis(5'000)};
  TestServer server({words({endpoint("/quiet"), pinged})});
  TestClient quiet(server.port());
  TestClient other(server.port());
  ASSERT_EQ(quiet.upgrade("/quiet").status, 101);
  ASSERT_EQ(other.upgrade("/pinged").status, 101);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(other.receive().kind, Kind::ping);
    other.send("", wire::Opcode::pong);
  }
  quiet.send("say hello");
  EXPECT_EQ(quiet.receive().payload, "say hello");
}

}  // namespace
}  // namespace polygate::server
