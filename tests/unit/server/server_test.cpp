#include "gateway/server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/unit/server/test_client.h"
#include "tests/unit/server/test_server.h"

namespace polygate::server {
namespace {

using Kind = wire::WebSocketItem::Kind;
using std::chrono::steady_clock;

/// One worker and four must not be told apart.
class ServerTest : public testing::TestWithParam<unsigned> {
 protected:
  static Settings settings() {
    Settings settings;
    settings.workers = GetParam();
    return settings;
  }
  std::vector<std::unique_ptr<TestClient>> clients(TestServer& server, std::size_t count) {
    std::vector<std::unique_ptr<TestClient>> made;
    for (std::size_t i = 0; i < count; ++i) {
      made.push_back(std::make_unique<TestClient>(server.port()));
      EXPECT_EQ(made.back()->upgrade("/words/7").status, 101);
    }
    return made;
  }
};

INSTANTIATE_TEST_SUITE_P(Workers, ServerTest, testing::Values(1u, 4u));

TEST_P(ServerTest, APublishReachesEveryoneOnEveryWorkerInTheSendersOrder) {
  TestServer server(settings());
  const auto all = clients(server, 8);
  for (const auto& client : all) {
    client->send("join");
    EXPECT_EQ(client->receive().payload, "join ok");
  }
  for (int i = 0; i < 200; ++i) all[0]->send("shout " + std::to_string(i));
  for (const auto& client : all) {
    for (int i = 0; i < 200; ++i) ASSERT_EQ(client->receive().payload, "shout " + std::to_string(i));
  }
}

TEST_P(ServerTest, ConnectionsAreDealtEvenly) {
  TestServer server(settings());
  const auto all = clients(server, 8);
  for (const WorkerMeters& worker : server.collect().workers) {
    EXPECT_EQ(worker.transport.connections, 8u / GetParam());
  }
}

TEST_P(ServerTest, ManyClientsAtOnceFromManyThreads) {
  TestServer server(settings());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&server, t] {
      for (int round = 0; round < 20; ++round) {
        TestClient client(server.port());
        ASSERT_EQ(client.upgrade("/words/7").status, 101);
        client.send("join");
        while (client.receive().payload != "join ok") continue;
        const std::string mine = "shout " + std::to_string(t) + "/" + std::to_string(round);
        client.send(mine);
        for (auto heard = client.receive(); heard.payload != mine; heard = client.receive()) {
          ASSERT_FALSE(heard.ended());
        }
        if (round % 2 == 0) client.send("bye");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(server.becomes([](const Collected& now) { return now.acceptor.connections == 0; }));
}

TEST_P(ServerTest, T77_DrainingSaysGoodbyeToEveryoneAndReturnsWhenAllAreGone) {
  TestServer server(settings());
  const auto all = clients(server, 12);
  const auto started = steady_clock::now();
  std::thread drain([&] { server->drain(Millis(300), Millis(5'000)); });
  for (const auto& client : all) {
    const auto close = client->receive();
    EXPECT_EQ(close.kind, Kind::close);
    EXPECT_EQ(close.code, 1001);
    client->send(wire::close_payload(1001, ""), wire::Opcode::close);
    EXPECT_TRUE(client->receive().ended());
  }
  drain.join();
  EXPECT_LT(steady_clock::now() - started, std::chrono::seconds(4));
  EXPECT_EQ(TestClient(server.port()).upgrade("/words/7").status, 0) << "nobody is accepted any more";
}

TEST_P(ServerTest, T77_WhoDoesNotGoIsCutAtTheHardCap) {
  Settings stubborn = settings();
  stubborn.linger = Millis(60'000);
  TestServer server(stubborn);
  const auto all = clients(server, 4);
  TestClient half(server.port());
  half.write("GET /words/7 HTTP/1.1\r\n");
  server->drain(Millis(100), Millis(400), 1012);
  for (const auto& client : all) EXPECT_EQ(client->receive().code, 1012);
}

TEST_P(ServerTest, StopCutsEveryoneAtOnce) {
  TestServer server(settings());
  const auto all = clients(server, 4);
  server->stop();
  for (const auto& client : all) EXPECT_TRUE(client->receive().ended());
}

TEST_P(ServerTest, CountsWhatItCarries) {
  TestServer server(settings());
  const auto all = clients(server, 4);
  for (const auto& client : all) {
    client->send("say hello");
    client->receive();
  }
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  std::uint64_t opened = 0;
  const Collected now = server.collect();
  for (const WorkerMeters& worker : now.workers) {
    in += worker.transport.bytes_in;
    out += worker.transport.bytes_out;
    opened += worker.session.profiles[0].opened;
  }
  EXPECT_GT(in, 4u * 100);
  EXPECT_GT(out, 4u * 100);
  EXPECT_EQ(opened, 4u);
  EXPECT_EQ(now.acceptor.accepted, 4u);
}

TEST(Server, SaysWhichListenerCannotBeBound) {
  TestServer first;
  const ListenerSettings same{"second", "127.0.0.1", first.port(), {}, {}};
  TestServer second({}, {}, {same});
  ASSERT_FALSE(second.started());
  EXPECT_THAT(second.started().failure().message, testing::HasSubstr("listener `second`: cannot bind 127.0.0.1 port"));
  TestServer third({}, {}, {{"third", "localhost", 0, {}, {}}});
  ASSERT_FALSE(third.started());
  EXPECT_THAT(third.started().failure().message, testing::HasSubstr("no IPv4 or IPv6 address"));
}

TEST(Server, ListensOnIpv6AsWell) {
  TestServer server({words({endpoint("/words/:id")})}, {}, {{"main", "::", 0, {}, {}}});
  ASSERT_TRUE(server.started()) << server.started().failure().message;
  EXPECT_EQ(TestClient(server.port()).upgrade("/words/7").status, 101);
}

}  // namespace
}  // namespace polygate::server
