#include "gateway/http/handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "tests/unit/server/test_client.h"
#include "tests/unit/server/test_server.h"

namespace polygate::server {
namespace {

using testing::HasSubstr;

/// /now answers at once, /later when release() is called on the test's thread, /never not at all.
class HttpHandlerTest : public testing::Test {
 protected:
  HttpHandlerTest()
      : server({}, settings(), {{"admin", "127.0.0.1", 0, {}, [this](const auto& request, http::Reply reply) {
                                   handle(request, std::move(reply));
                                 }}}) {}
  static Settings settings() {
    Settings settings;
    settings.reply_within = Millis(300);
    settings.keep_alive = Millis(400);
    return settings;
  }
  void handle(const wire::HttpRequest& request, http::Reply reply) {
    http::Response response{200, {{"Content-Type", "text/plain"}}, std::string(request.method()), false};
    response.body.append(" ").append(request.path()).append(" ").append(request.body());
    if (request.path() == "/later") {
      parked.set_value({std::move(reply), std::move(response)});
    } else if (request.path() == "/leaked") {
      leaked = std::make_unique<http::Reply>(std::move(reply));
    } else if (request.path() != "/dropped") {
      reply.answer(std::move(response));
    }
  }
  std::uint16_t port() const { return server.port("admin"); }

  struct Parked {
    http::Reply reply;
    http::Response response;
  };
  std::promise<Parked> parked;
  std::unique_ptr<http::Reply> leaked;
  TestServer server;
};

constexpr std::string_view kGet = " HTTP/1.1\r\nHost: a\r\n\r\n";
std::string get(std::string_view path) {
  return "GET " + std::string(path) + std::string(kGet);
}

TEST_F(HttpHandlerTest, AnswersRequestsOneAfterTheOtherOnOneConnection) {
  TestClient client(port());
  EXPECT_EQ(client.request(get("/one")).body, "GET /one ");
  EXPECT_EQ(client.request(get("/two")).body, "GET /two ");
  EXPECT_EQ(client.request("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody").body, "POST /p body");
}

TEST_F(HttpHandlerTest, PipelinedRequestsAreAnsweredInOrder) {
  TestClient client(port());
  client.write(get("/one") + get("/two") + get("/three"));
  EXPECT_EQ(client.answer().body, "GET /one ");
  EXPECT_EQ(client.answer().body, "GET /two ");
  EXPECT_EQ(client.answer().body, "GET /three ");
}

TEST_F(HttpHandlerTest, AParkedRequestIsAnsweredLaterFromAnotherThread) {
  TestClient client(port());
  client.write(get("/later") + get("/next"));
  Parked waits = parked.get_future().get();
  waits.reply.answer(std::move(waits.response));
  EXPECT_EQ(client.answer().body, "GET /later ");
  EXPECT_EQ(client.answer().body, "GET /next ");
}

TEST_F(HttpHandlerTest, AnAnswerForAClientThatHasGoneIsForgotten) {
  {
    TestClient client(port());
    client.write(get("/later"));
    parked.get_future().wait();
  }
  EXPECT_TRUE(server.becomes([](const Collected& now) { return now.acceptor.connections == 0; }));
}

TEST_F(HttpHandlerTest, ADroppedReplyAnswers500) {
  EXPECT_EQ(TestClient(port()).request(get("/dropped")).status, 500);
}

TEST_F(HttpHandlerTest, AnAnswerThatTakesTooLongIs504) {
  EXPECT_EQ(TestClient(port()).request(get("/leaked")).status, 504);
}

TEST_F(HttpHandlerTest, HeadHasNoBodyAndHttp10EndsTheConnection) {
  TestClient client(port());
  client.write("HEAD /one HTTP/1.0\r\n\r\n");
  const std::string all = client.rest();
  EXPECT_THAT(all, HasSubstr("200 OK"));
  EXPECT_TRUE(all.ends_with("\r\n\r\n"));
}

TEST_F(HttpHandlerTest, ABodyThatWaitsForContinueIsAskedFor) {
  TestClient client(port());
  client.write("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.answer().status, 100);
  EXPECT_EQ(client.request("body").body, "POST /p body");
}

TEST_F(HttpHandlerTest, AnIdleConnectionEndsSilently) {
  TestClient client(port());
  client.request(get("/one"));
  EXPECT_EQ(client.rest(), "");
}

TEST(Threats, T04_SmuggledRequestsAreNoRequests) {
  int requests = 0;
  TestServer server({}, {}, {{"admin", "127.0.0.1", 0, {}, [&](const auto&, http::Reply reply) {
                                ++requests;
                                reply.answer({});
                              }}});
  for (const char* head :
       {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: -1\r\n", "Content-Length: 3abc\r\n", "Content-Length: 1e20\r\n"}) {
    TestClient client(server.port("admin"));
    client.write(std::string("POST / HTTP/1.1\r\nHost: a\r\n") + head + "\r\n0\r\n\r\n" + get("/smuggled"));
    EXPECT_EQ(client.answer().status, 400) << head;
    EXPECT_EQ(client.rest(), "") << head;
  }
  server.collect();
  EXPECT_EQ(requests, 0);
}

}  // namespace
}  // namespace polygate::server
