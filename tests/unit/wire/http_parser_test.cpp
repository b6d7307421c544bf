#include "gateway/wire/http_parser.h"

#include <gtest/gtest.h>

#include <string>

#include "http_samples.h"

namespace polygate::wire {
namespace {

using State = HttpParser::State;
using std::string_literals::operator""s;

HttpRequest read_one(std::string_view bytes) {
  HttpParser parser;
  EXPECT_EQ(parser.feed(bytes), State::request);
  EXPECT_EQ(bytes, "");
  return std::move(parser.request());
}

TEST(HttpParser, ReadsARequest) {
  const HttpRequest request = read_one(
      "GET /clients/a%20b?EIO=4&transport=web%73ocket&x=1+2&flag HTTP/1.1\r\n"
      "Host: example.org:8080\r\nX-Two: first\r\nUser-Agent:\t some  thing \t\r\nx-two: second\r\nEmpty:\r\n\r\n");
  EXPECT_EQ(request.method(), "GET");
  EXPECT_EQ(request.target(), "/clients/a%20b?EIO=4&transport=web%73ocket&x=1+2&flag");
  EXPECT_EQ(request.path(), "/clients/a b");
  EXPECT_EQ(request.query(), "EIO=4&transport=web%73ocket&x=1+2&flag");
  EXPECT_EQ(request.minor_version(), 1);
  ASSERT_EQ(request.header_count(), 5u);
  EXPECT_EQ(request.header(0), (HttpField{"host", "example.org:8080"}));
  EXPECT_EQ(request.find("user-agent"), "some  thing");
  EXPECT_EQ(request.find("x-two"), "first");
  EXPECT_EQ(request.count("x-two"), 2u);
  EXPECT_EQ(request.find("empty"), "");
  EXPECT_EQ(request.find("absent"), std::nullopt);
  ASSERT_EQ(request.parameter_count(), 4u);
  EXPECT_EQ(request.parameter(0), (HttpField{"EIO", "4"}));
  EXPECT_EQ(request.find_parameter("transport"), "websocket");
  EXPECT_EQ(request.find_parameter("x"), "1 2");
  EXPECT_EQ(request.find_parameter("flag"), "");
  EXPECT_EQ(request.find_parameter("absent"), std::nullopt);
  EXPECT_TRUE(request.keep_alive());
  EXPECT_FALSE(request.has_body());
}

TEST(HttpParser, GivesAMovedOrCopiedRequestItsOwnText) {
  HttpRequest first = read_one("GET /a?b=%63 HTTP/1.1\r\nHost: h\r\n\r\n");
  HttpRequest copy = first;
  HttpRequest moved = std::move(first);
  EXPECT_EQ(tell(copy), "GET /a?b=c |host:h |");
  EXPECT_EQ(tell(moved), tell(copy));
}

TEST(HttpParser, ReadsListsWhateverTheirCaseAndSpacing) {
  const HttpRequest request =
      read_one("GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive ,,\tUpGrade\r\nConnection: foo\r\n\r\n");
  EXPECT_TRUE(request.lists("connection", "upgrade"));
  EXPECT_TRUE(request.lists("connection", "keep-alive"));
  EXPECT_TRUE(request.lists("connection", "foo"));
  EXPECT_FALSE(request.lists("connection", "up"));
  EXPECT_FALSE(request.lists("upgrade", "websocket"));
}

TEST(HttpParser, KeepsTheConnectionUnlessOneSideCannot) {
  EXPECT_TRUE(read_one("GET / HTTP/1.1\r\nHost: h\r\n\r\n").keep_alive());
  EXPECT_FALSE(read_one("GET / HTTP/1.1\r\nHost: h\r\nConnection: Close\r\n\r\n").keep_alive());
  EXPECT_FALSE(read_one("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive());
}

TEST(HttpParser, AcceptsHttp10WithoutHostForHealthChecks) {
  const HttpRequest request = read_one("GET /livez HTTP/1.0\r\n\r\n");
  EXPECT_EQ(request.minor_version(), 0);
  EXPECT_EQ(request.path(), "/livez");
}

TEST(HttpParser, AcceptsTheAsteriskForOptionsOnly) {
  EXPECT_EQ(read_one("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").path(), "*");
  EXPECT_EQ(read_http("GET * HTTP/1.1\r\nHost: h\r\n\r\n").refused, 400);
}

TEST(HttpParser, IgnoresOneEmptyLineBeforeARequest) {
  EXPECT_EQ(read_http("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n").requests.size(),
            2u);
  EXPECT_EQ(read_http("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n").refused, 400);
}

TEST(HttpParser, LeavesWhatFollowsTheRequestAlone) {
  HttpParser parser;
  std::string_view bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\n\x81\x85";
  EXPECT_EQ(parser.feed(bytes), State::request);
  EXPECT_EQ(bytes, "\x81\x85");
  EXPECT_EQ(parser.feed(bytes), State::request);
  EXPECT_EQ(bytes, "\x81\x85");
}

TEST(HttpParser, ReadsPipelinedRequestsWithBodies) {
  const HttpStory story = read_http(
      "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
      "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "5\r\nhello\r\n00A;x=\"y\"\r\n, world!!!\r\n0\r\nTrailer: v\r\nOther:\r\n\r\n"
      "POST /d HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(story.refused, 0) << story;
  ASSERT_EQ(story.requests.size(), 4u);
  EXPECT_EQ(story.requests[0], "POST /a |host:h |content-length:5 |hello");
  EXPECT_EQ(story.requests[1], "GET /b |host:h |");
  EXPECT_EQ(story.requests[2], "POST /c |host:h |transfer-encoding:Chunked |hello, world!!!");
  EXPECT_EQ(story.requests[3], "POST /d |host:h |content-length:0 |");
}

TEST(HttpParser, StopsAtTheHeadSoThatTheBodyLimitCanDependOnThePath) {
  const std::string_view all = "POST /big HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
  HttpParser parser({.max_body = 4});
  std::string_view bytes = all;
  ASSERT_EQ(parser.feed(bytes), State::head);
  EXPECT_EQ(parser.request().path(), "/big");
  EXPECT_EQ(bytes, "hello");
  parser.limit_body(5);
  ASSERT_EQ(parser.feed(bytes), State::request);
  EXPECT_EQ(parser.request().body(), "hello");
  parser.next();

  bytes = all;  // the limit was for that request alone
  ASSERT_EQ(parser.feed(bytes), State::head);
  bytes = {};
  ASSERT_EQ(parser.feed(bytes), State::refused);
  EXPECT_EQ(parser.refusal().status, 413);
  EXPECT_EQ(parser.request().path(), "/big") << "the answer may need the head, for CORS";
}

TEST(HttpParser, TellsWhenTheClientWaitsForContinue) {
  HttpParser parser;
  std::string_view bytes = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n";
  ASSERT_EQ(parser.feed(bytes), State::head);
  EXPECT_TRUE(parser.request().expects_continue());
  EXPECT_FALSE(read_one("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n").expects_continue());
  EXPECT_EQ(read_http("GET / HTTP/1.1\r\nHost: h\r\nExpect: gifts\r\n\r\n").refused, 417);
}

TEST(HttpParser, SwallowsWhatFollowsARefusal) {
  HttpParser parser;
  std::string_view bytes = "GET\r\n";
  ASSERT_EQ(parser.feed(bytes), State::refused);
  bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_EQ(parser.feed(bytes), State::refused);
  EXPECT_EQ(bytes, "");
}

TEST(HttpParser, IsIdleBetweenRequests) {
  HttpParser parser;
  EXPECT_TRUE(parser.idle());
  std::string_view bytes = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(parser.feed(bytes), State::more);
  EXPECT_FALSE(parser.idle());
  bytes = "Host: h\r\n\r\n";
  EXPECT_EQ(parser.feed(bytes), State::request);
  EXPECT_FALSE(parser.idle());
  parser.next();
  EXPECT_TRUE(parser.idle());
}

TEST(HttpParser, SaysWhereAHeadIsWrong) {
  EXPECT_EQ(read_http("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nX : y\r\n\r\n").detail,
            "header 3: a space in or after the name");
}

TEST(HttpParser, FindsAControlByteWhereverItStandsInAValue) {
  for (std::size_t size = 1; size < 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        if (byte == '\n') continue;  // ends the line
        std::string value(size, 'v');
        value[at] = static_cast<char>(byte);
        const bool good = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
        const int refused = read_http("GET / HTTP/1.1\r\nHost: h\r\nX: " + value + ".\r\n\r\n").refused;
        ASSERT_EQ(refused, good ? 0 : 400) << size << " " << at << " " << byte;
      }
    }
  }
}

TEST(HttpParser, DecodesAPathExactlyOnce) {
  EXPECT_EQ(read_one("GET /%252e%252e/%C3%A4 HTTP/1.1\r\nHost: h\r\n\r\n").path(), "/%2e%2e/ä");
  EXPECT_EQ(read_one("GET /a+b HTTP/1.1\r\nHost: h\r\n\r\n").path(), "/a+b");
}

TEST(HttpParser, AcceptsExactlyTheLimits) {
  std::string head = "GET /" + std::string(4095, 'x') + " HTTP/1.1\r\nHost: h\r\n";
  for (int i = 1; i < 99; ++i) head += "X: 1\r\n";
  head += "Y: " + std::string(16 * 1024 - head.size() - 7, 'y') + "\r\n\r\n";
  ASSERT_EQ(head.size(), 16u * 1024);
  EXPECT_EQ(read_http(head).requests.size(), 1u) << read_http(head);
  EXPECT_EQ(read_http(head).refused, 0);

  std::string one_more = head;
  one_more.insert(one_more.size() - 4, "y");
  EXPECT_EQ(read_http(one_more).refused, 431);
  EXPECT_EQ(read_http("GET /" + std::string(4096, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n").refused, 414);
  std::string query;
  for (int i = 0; i < 64; ++i) query += "&a=b";
  EXPECT_EQ(read_http("GET /?" + query + " HTTP/1.1\r\nHost: h\r\n\r\n").requests.size(), 1u);
  EXPECT_EQ(read_http("GET /?" + query + "&c HTTP/1.1\r\nHost: h\r\n\r\n").refused, 400);
}

TEST(HttpParser, ABodyMayReachItsLimit) {
  const HttpLimits limits{.max_body = 6};
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(read_http(head + "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", limits).requests.size(), 1u);
  EXPECT_EQ(read_http(head + "3\r\nabc\r\n4\r\n", limits).refused, 413);
}

TEST(HttpParser, TellsTheSameHoweverTheBytesAreCut) {
  const std::string start = "POST /a%20b?x=%41 HTTP/1.1\r\nHost: h\r\n";
  const std::string connections[] = {
      "\r\n" + start + "Content-Length: 3\r\n\r\nabc" + start + "Connection: close\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n1\r\nd\r\n0\r\nT: v\r\n\r\n" + start + "\r\n\r\nGET",
      start + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
      start + "X: " + std::string(500, 'x') + "\r\n\r\n",
      "GET /" + std::string(300, 'x') + " HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\nX: " + std::string(400, 'x'),
      "GET / HTTP/1.1\r\nHost: h\r\nA:1\r\nB:1\r\nC:1\r\nD:1\r\nE\n" + std::string(400, 'x'),
      "\x16\x03\x01",
  };
  const HttpLimits limits{.max_head = 256, .max_headers = 4, .max_target = 64, .max_body = 10};
  std::mt19937 random(7);
  for (const std::string& bytes : connections) {
    const HttpStory whole = read_http(bytes, limits);
    EXPECT_EQ(read_http(bytes, limits, [] { return 1; }), whole);
    for (int round = 0; round < 300; ++round) {
      ASSERT_EQ(read_http(bytes, limits, [&] { return random() % 40; }), whole);
    }
  }
}

}  // namespace
}  // namespace polygate::wire
