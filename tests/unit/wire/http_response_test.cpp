#include "gateway/wire/http_response.h"

#include <gtest/gtest.h>

#include "gateway/base/json.h"

namespace polygate::wire {
namespace {

TEST(HttpResponse, WritesLengthAndBody) {
  EXPECT_EQ(response(200, {{"Content-Type", "text/plain"}}, "ok"),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok");
}

TEST(HttpResponse, AnnouncesTheClose) {
  EXPECT_EQ(response(400, {}, "", {.close = true}),
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(HttpResponse, AnswersHeadWithTheLengthAlone) {
  EXPECT_EQ(response(200, {}, "hello", {.head_only = true}), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}

TEST(HttpResponse, GivesNoBodyToStatusesWithoutOne) {
  EXPECT_EQ(response(204, {}, "x"), "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(response(304, {}, "x"), "HTTP/1.1 304 Not Modified\r\n\r\n");
}

TEST(HttpResponse, LetsNoHeaderValueStartAnotherLine) {
  EXPECT_EQ(response(200, {{"X", std::string_view("a\r\nSet-Cookie: b\0", 17)}}, ""),
            "HTTP/1.1 200 OK\r\nX: a  Set-Cookie: b \r\nContent-Length: 0\r\n\r\n");
}

TEST(HttpResponse, NamesEveryStatusThatIsAnsweredHere) {
  for (const int status : {400, 403, 404, 405, 408, 413, 414, 417, 426, 429, 431, 500, 501, 503, 505}) {
    EXPECT_NE(reason_phrase(status), "") << status;
  }
  EXPECT_EQ(reason_phrase(799), "");
}

TEST(HttpResponse, WritesAProblemDocument) {
  EXPECT_EQ(
      Json::parse(problem(413, "over \"max_body\"")),
      Json(
          {{"type", "about:blank"}, {"title", "Content Too Large"}, {"status", 413}, {"detail", "over \"max_body\""}}));
}

TEST(HttpResponse, AnswersARefusalWithItsHeadersAndCloses) {
  const std::string answer =
      refusal_response({426, "why", {{"Upgrade", "websocket"}}}, {{"Access-Control-Allow-Origin", "https://a"}});
  EXPECT_TRUE(
      answer.starts_with("HTTP/1.1 426 Upgrade Required\r\nContent-Type: application/problem+json\r\n"
                         "Upgrade: websocket\r\nAccess-Control-Allow-Origin: https://a\r\nContent-Length: "))
      << answer;
  EXPECT_NE(answer.find("\r\nConnection: Upgrade, close\r\n\r\n{"), std::string::npos) << answer;
}

}  // namespace
}  // namespace polygate::wire
