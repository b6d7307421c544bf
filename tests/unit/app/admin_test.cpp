#include "gateway/app/admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/wire/http_parser.h"

namespace polygate::app {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

class AdminTest : public testing::Test {
 protected:
  http::Response ask(const std::string& method, const std::string& path) {
    wire::HttpParser parser;
    const std::string text = method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    std::string_view bytes(text);
    EXPECT_EQ(parser.feed(bytes), wire::HttpParser::State::request);
    http::Response answer;
    admin.answer(parser.request(), http::Reply([&](http::Response response) { answer = std::move(response); }));
    return answer;
  }

  Result<void> store;
  Admin admin{{[](const std::function<void(Snapshot)>& done) { done(Snapshot{}); }, [this] { return store; }}};
};

TEST_F(AdminTest, IsLiveAndReadyAsLongAsNothingIsWrong) {
  EXPECT_EQ(ask("GET", "/livez").status, 200);
  EXPECT_EQ(ask("GET", "/readyz").status, 200);
  EXPECT_EQ(ask("HEAD", "/readyz").status, 200);
}

TEST_F(AdminTest, IsNotReadyWhileItDrainsButLives) {
  admin.drain();
  const auto answer = ask("GET", "/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("draining"));
  EXPECT_THAT(answer.headers, Contains(Pair("Content-Type", "application/problem+json")));
  EXPECT_EQ(ask("GET", "/livez").status, 200);
}

TEST_F(AdminTest, IsNotReadyWithAStoreThatCannotBeWrittenTo) {
  store = Failure{Reason::limited, "disk full"};
  const auto answer = ask("GET", "/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("the store cannot be written to: disk full"));
}

TEST_F(AdminTest, TellsItsMetrics) {
  const auto answer = ask("GET", "/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.headers, Contains(Pair("Content-Type", "text/plain; version=0.0.4; charset=utf-8")));
  EXPECT_THAT(answer.body, HasSubstr("polygate_build_info"));
}

TEST_F(AdminTest, AnswersEverythingElseWithAProblem) {
  EXPECT_EQ(ask("GET", "/").status, 404);
  EXPECT_EQ(ask("POST", "/nothing").status, 404);
  const auto answer = ask("DELETE", "/metrics");
  EXPECT_EQ(answer.status, 405);
  EXPECT_THAT(answer.headers, Contains(Pair("Allow", "GET, HEAD")));
}

}  // namespace
}  // namespace polygate::app
