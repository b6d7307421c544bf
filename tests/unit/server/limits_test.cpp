#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/server/test_client.h"
#include "tests/unit/server/test_server.h"

namespace polygate::server {
namespace {

using Kind = wire::WebSocketItem::Kind;
using std::chrono::steady_clock;

TEST(Threats, T01_TheHandshakeDeadlineIsTotalAndCutsWhoeverTrickles) {
  Settings settings;
  settings.handshake_within = Millis(300);
  TestServer server(settings);
  const auto started = steady_clock::now();
  TestClient silent(server.port());
  TestClient trickling(server.port());
  TestClient quick(server.port());
  ASSERT_EQ(quick.upgrade("/words/7").status, 101);
  trickling.write("GET /words/7 HTTP/1.1\r\nHost: a\r\n");

  EXPECT_EQ(silent.rest(), "");
  EXPECT_EQ(trickling.answer().status, 408);
  EXPECT_EQ(trickling.rest(), "");
  const auto took = steady_clock::now() - started;
  EXPECT_GE(took, std::chrono::milliseconds(299));
  EXPECT_LT(took, std::chrono::milliseconds(2'000));
  EXPECT_EQ(server.handshakes(Handshake::late), 2u);
  quick.send("say still here");
  EXPECT_EQ(quick.receive().payload, "say still here");
}

TEST(Threats, T16_ConnectionsBeyondTheCapsAreAnswered429And503) {
  Settings per_address;
  per_address.max_per_address = 2;
  Settings total;
  total.max_connections = 2;
  for (const auto& [settings, status] : {std::pair{per_address, 429}, std::pair{total, 503}}) {
    TestServer server(settings);
    auto one = std::make_unique<TestClient>(server.port());
    TestClient two(server.port());
    ASSERT_EQ(one->upgrade("/words/7").status, 101);
    ASSERT_EQ(two.upgrade("/words/7").status, 101);
    const auto answer = TestClient(server.port()).answer();
    EXPECT_EQ(answer.status, status);
    EXPECT_THAT(answer.head, testing::HasSubstr("Retry-After"));
    one.reset();
    EXPECT_TRUE(server.becomes([](const Collected& now) { return now.acceptor.connections == 1; }));
    EXPECT_EQ(TestClient(server.port()).upgrade("/words/7").status, 101) << "there is room again";
  }
}

TEST(Threats, T01_HandshakesOfOneAddressAreCapped) {
  Settings settings;
  settings.handshakes_per_address = 2;
  TestServer server(settings);
  TestClient one(server.port());
  TestClient two(server.port());
  EXPECT_EQ(TestClient(server.port()).answer().status, 429);
  ASSERT_EQ(one.upgrade("/words/7").status, 101);
  EXPECT_TRUE(server.becomes([](const Collected& now) { return now.acceptor.handshakes == 1; }));
  EXPECT_EQ(TestClient(server.port()).upgrade("/words/7").status, 101) << "an open session is no handshake any more";
}

TEST(Threats, T15_ShortOfFileDescriptorsConnectionsWaitInTheKernelAndComeInLater) {
  Settings settings;
  settings.reserved_fds = 8;
  // As many as are open now and what the server itself needs, and a few connections.
  const net::Fd lowest(::dup(0));
  settings.max_fds = static_cast<std::size_t>(lowest.get()) + 60;
  settings.handshakes_total = 1'000;
  TestServer server(settings);
  ASSERT_TRUE(server.started());
  std::vector<std::unique_ptr<TestClient>> clients;
  while (server.collect().acceptor.pauses == 0 && clients.size() < 200) {
    clients.push_back(std::make_unique<TestClient>(server.port()));
  }
  ASSERT_EQ(server.collect().acceptor.pauses, 1u);
  TestClient waiting(server.port());
  clients.clear();
  EXPECT_EQ(waiting.upgrade("/words/7").status, 101);
  EXPECT_LE(server.collect().acceptor.pauses, 4u) << "a pause is not a spin";
}

TEST(Threats, T13_ASlowConsumerIsCutWith1013WhileOthersGoOn) {
  const auto profile = words({endpoint("/words/:id")});
  profile->limits.outbox_bytes = 256 * 1'024;
  Settings settings;
  settings.close_within = Millis(60'000);  // the slow one gets its time to read the last word
  TestServer server({profile}, settings);
  TestClient slow(server.port(), 4'096);
  TestClient fast(server.port());
  for (TestClient* each : {&slow, &fast}) {
    ASSERT_EQ(each->upgrade("/words/7").status, 101);
    each->send("join");
    ASSERT_EQ(each->receive().payload, "join ok");
  }
  const std::string message = "shout " + std::string(64'000, 'x');
  const auto cut = [](const Collected& now) { return now.workers[0].session.profiles[0].slow_consumers == 1; };
  int sent = 0;
  while (sent < 1'000 && !cut(server.collect())) {
    ASSERT_TRUE(fast.send(message));
    ASSERT_TRUE(fast.receive().payload == message) << "the fast one hears every message";
    ++sent;
  }
  EXPECT_LT(sent, 1'000);
  TestClient::Message last = slow.receive();
  while (last.kind == Kind::text) last = slow.receive();
  EXPECT_EQ(last.kind, Kind::close);
  EXPECT_EQ(last.code, 1013);
  fast.send("say still here");
  EXPECT_EQ(fast.receive().payload, "say still here");
}

TEST(Threats, T13_AConsumerThatNeverReadsIsCutAllTheSame) {
  const auto profile = words({endpoint("/words/:id")});
  profile->limits.outbox_bytes = 64 * 1'024;
  Settings settings;
  settings.close_within = Millis(200);
  TestServer server({profile}, settings);
  TestClient never(server.port(), 4'096);
  ASSERT_EQ(never.upgrade("/words/7").status, 101);
  std::string frame;
  wire::append_masked_frame(frame, wire::Opcode::text, "say " + std::string(60'000, 'x'), {1, 2, 3, 4});
  while (never.write(frame)) continue;
  EXPECT_TRUE(server.becomes([](const Collected& now) { return now.acceptor.connections == 0; }));
}

}  // namespace
}  // namespace polygate::server
