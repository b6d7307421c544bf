#include <gtest/gtest.h>

#include <string>

#include "gateway/wire/http_parser.h"
#include "http_samples.h"

namespace polygate::wire {
namespace {

TEST(Threats, T41_RefusesPathsThatASecondReaderCouldUnderstandDifferently) {
  const std::string_view paths[] = {"/a%",     "/a%4",  "/a%zz",   "/a%2Fb",     "/a%2fb", "/a%00",  "/a%0a",
                                    "/a%7f",   "/a\\b", "/a%5cb",  "/../a",      "/a/..",  "/a/./b", "/%2e%2e",
                                    "/a/%2e.", "/%ff",  "/%c0%af", "/%ed%a0%80", "/a#b",   "a",      "//../x"};
  for (const std::string_view path : paths) {
    const std::string bytes = "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    EXPECT_EQ(read_http(bytes).refused, 400) << path;
  }
  for (const std::string_view query : {"a=%", "a=%1", "%zz=1", "a=%00", "a=%ff", "%c0%80"}) {
    const std::string bytes = "GET /?" + std::string(query) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    EXPECT_EQ(read_http(bytes).refused, 400) << query;
  }
}

TEST(Threats, T02_RefusesHeadsOverTheLimits) {
  const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(read_http(start + "X: " + std::string(70'000, 'x') + "\r\n\r\n").refused, 431);
  EXPECT_EQ(read_http(start + "X: " + std::string(70'000, 'x')).refused, 431) << "without waiting for its end";
  std::string many = start;
  for (int i = 0; i < 1000; ++i) many += "X" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(read_http(many + "\r\n").refused, 431);
  EXPECT_EQ(read_http("GET /" + std::string(5'000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n").refused, 414);
  EXPECT_EQ(read_http("GET /" + std::string(5'000, 'x')).refused, 414) << "without waiting for its end";
  EXPECT_EQ(read_http(std::string(5'000, 'A')).refused, 501);
  EXPECT_EQ(read_http("GET / " + std::string(5'000, 'A')).refused, 400);
}

TEST(Threats, T03_RefusesEveryMalformedHeadWithItsStatus) {
  const struct {
    int status;
    std::string bytes;
  } cases[] = {
      {400, "\x16\x03\x01\x02"},  // a TLS handshake on a plain port: at its first byte
      {400, "G@T / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "G\0T / HTTP/1.1\r\nHost: h\r\n\r\n"s},
      {400, " GET / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "\rGET / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET /  HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/1.1 \r\nHost: h\r\n\r\n"},
      {400, "GET /\r\n\r\n"},
      {400, "GET\r\n\r\n"},
      {400, "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"s},
      {400, "GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/1\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/1.\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/11\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/1.10\r\nHost: h\r\n\r\n"},
      {400, "GET / http/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTPS/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/a.b\r\nHost: h\r\n\r\n"},
      {505, "GET / HTTP/0.9\r\nHost: h\r\n\r\n"},
      {505, "GET / HTTP/1.2\r\nHost: h\r\n\r\n"},
      {505, "GET / HTTP/2.0\r\nHost: h\r\n\r\n"},
      {505, "GET / HTTP/3.0\r\nHost: h\r\n\r\n"},
      {400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {400, "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET ?x HTTP/1.1\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/1.1\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\r\n\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n Host: h\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\r\n\tfolded\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost : h\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost\t: h\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\r\nX Y: z\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\r\n: z\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\r\nnothing\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\r\nX\0: y\r\n\r\n"s},
      {400, "GET / HTTP/1.1\r\nHost: h\r\nX\xff: y\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"s},
      {400, "GET / HTTP/1.1\r\nHost: h\r\nX: a\x7f\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\r\nX: a\x1b[0m\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/1.0\r\nHost: h\r\nHost: h\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n"},
  };
  for (const auto& [status, bytes] : cases) {
    const HttpStory story = read_http(bytes);
    EXPECT_EQ(story.refused, status) << testing::PrintToString(bytes) << story.detail;
    EXPECT_TRUE(story.requests.empty()) << testing::PrintToString(bytes);
    EXPECT_FALSE(story.detail.empty());
  }
}

TEST(Threats, T04_RefusesAmbiguousBodiesAndNeverReadsASecondRequest) {
  const struct {
    int status;
    std::string headers;
    std::string body;
  } cases[] = {
      {400, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"},
      {400, "Content-Length: 5\r\nContent-Length: 6\r\n", "hello"},
      {400, "Content-Length: 5\r\nContent-Length: 5\r\n", "hello"},
      {400, "Content-Length: 5, 5\r\n", "hello"},
      {400, "Content-Length: -1\r\n", ""},
      {400, "Content-Length: +5\r\n", "hello"},
      {400, "Content-Length: 3abc\r\n", "hello"},
      {400, "Content-Length: 1e20\r\n", "hello"},
      {400, "Content-Length: 0x5\r\n", "hello"},
      {400, "Content-Length: 5 5\r\n", "hello"},
      {400, "Content-Length: 18446744073709551621\r\n", "hello"},
      {400, "Content-Length: 99999999999999999999\r\n", "hello"},
      {400, "Content-Length: 9223372036854775808\r\n", "hello"},
      {400, "Content-Length:\r\n", "hello"},
      {400, "Content-Length : 5\r\n", "hello"},
      {400, "Content_Length: 5\r\nContent-Length: 5\r\nContent-Length: 5\r\n", "hello"},
      {413, "Content-Length: 1000001\r\n", "hello"},
      {413, "Content-Length: 999999999999999999\r\n", "hello"},
      {501, "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"},
      {501, "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"},
      {501, "Transfer-Encoding: identity\r\n", "0\r\n\r\n"},
      {501, "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"},
      {501, "Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"},
      {501, "Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"},
      {501, "Transfer-Encoding:\r\n", "0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"},
      {400, "Transfer-Encoding : chunked\r\n", "0\r\n\r\n"},
      {400,
       "Transfer-Encoding:\x0b"
       "chunked\r\n",
       "0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "-1\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "0x1\r\na\r\n0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "1 \r\na\r\n0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "1\na\r\n0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "1\r\na\n0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "1\r\na0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "1;x\n\r\na\r\n0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "1;x\ry\r\na\r\n0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", ";x\r\na\r\n0\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "0\r\n\n"},
      {400, "Transfer-Encoding: chunked\r\n", "0\r\nX: y\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "0\r\n X: y\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "0\r\nX : y\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "0\r\nX: \x01\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "0\r\n: y\r\n\r\n"},
      {400, "Transfer-Encoding: chunked\r\n", "0000000000000001\r\na\r\n0\r\n\r\n"},
      {413, "Transfer-Encoding: chunked\r\n", "fffffffffffffff\r\na\r\n0\r\n\r\n"},
      {413, "Transfer-Encoding: chunked\r\n", "f4241\r\na"},
      {400, "Transfer-Encoding: chunked\r\n", "1;" + std::string(5'000, 'x') + "\r\na\r\n0\r\n\r\n"},
      {431, "Transfer-Encoding: chunked\r\n", "0\r\nX: " + std::string(5'000, 'x') + "\r\n\r\n"},
  };
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
  for (const auto& [status, headers, body] : cases) {
    const HttpStory story = read_http("POST / HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body + smuggled);
    EXPECT_EQ(story.refused, status) << headers << testing::PrintToString(body) << story.detail;
    EXPECT_TRUE(story.requests.empty()) << headers << testing::PrintToString(body);
  }
  EXPECT_EQ(read_http("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").refused, 400);
}

TEST(Threats, T04_AChunkSizeThatOverflowsIsRefusedAtItsDigit) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string size : {"10000000000000001", "ffffffffffffffff", "8000000000000000"}) {
    HttpParser parser({.max_body = ~std::size_t{0}});  // so that only the overflow can be the reason
    const std::string all = head + size + "\r\na\r\n";
    std::string_view bytes = all;
    ASSERT_EQ(parser.feed(bytes), State::head);
    EXPECT_EQ(parser.feed(bytes), State::refused);
    EXPECT_EQ(parser.refusal().status, 400) << size;
  }
}

TEST(Threats, T05_NothingIsAllocatedByDeclaredLength) {
  HttpParser parser({.max_body = std::size_t{1} << 40});
  std::string_view bytes = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000000\r\n\r\nabc";
  ASSERT_EQ(parser.feed(bytes), State::head);
  ASSERT_EQ(parser.feed(bytes), State::more);
  EXPECT_LT(parser.request().take_body().capacity(), 64u);
}

}  // namespace
}  // namespace polygate::wire
