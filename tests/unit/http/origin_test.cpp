#include "gateway/http/origin.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/wire/http_parser.h"

namespace polygate::http {
namespace {

bool allowed(const profile::Origins& origins, const std::string& host, const std::vector<std::string>& sent) {
  std::string text = "GET / HTTP/1.1\r\nHost: " + host + "\r\n";
  for (const std::string& origin : sent) text += "Origin: " + origin + "\r\n";
  text += "\r\n";
  wire::HttpParser parser;
  std::string_view bytes(text);
  EXPECT_EQ(parser.feed(bytes), wire::HttpParser::State::request);
  return is_origin_allowed(origins, parser.request());
}

const profile::Origins kSameHost{profile::Origins::Kind::same_host, {}};
const profile::Origins kAny{profile::Origins::Kind::any, {}};
const profile::Origins kList{profile::Origins::Kind::list, {"https://example.com", "null"}};

TEST(Threats, T30_AListedOriginIsComparedExactly) {
  EXPECT_TRUE(allowed(kList, "gateway", {"https://example.com"}));
  for (const char* foreign :
       {"https://evil-example.com", "https://example.com.evil", "http://example.com", "https://example.com:8443",
        "https://example.com/", "https://EXAMPLE.com", "file://", "https://example.com https://evil.com", ""}) {
    EXPECT_FALSE(allowed(kList, "gateway", {foreign})) << foreign;
  }
}

TEST(Threats, T30_TheSameHostIsHostAndPort) {
  EXPECT_TRUE(allowed(kSameHost, "example.com", {"https://example.com"}));
  EXPECT_TRUE(allowed(kSameHost, "example.com", {"http://example.com"})) << "a proxy may have taken the TLS away";
  EXPECT_TRUE(allowed(kSameHost, "Example.com:443", {"https://example.com"}));
  EXPECT_TRUE(allowed(kSameHost, "example.com:8080", {"http://example.com:8080"}));
  for (const char* foreign : {"https://evil-example.com", "https://example.com.evil", "https://example.com:8080",
                              "null", "https://", "example.com", "ftp://example.com", "https://example.com:80"}) {
    EXPECT_FALSE(allowed(kSameHost, "example.com", {foreign})) << foreign;
  }
}

TEST(Threats, T30_NullIsRefusedUnlessListedAndTwoOriginsAlways) {
  EXPECT_FALSE(allowed(kSameHost, "example.com", {"null"}));
  EXPECT_TRUE(allowed(kList, "example.com", {"null"}));
  EXPECT_FALSE(allowed(kSameHost, "example.com", {"https://example.com", "https://example.com"}));
}

TEST(Origin, WhoeverIsNoBrowserHasNoneAndMayConnect) {
  EXPECT_TRUE(allowed(kSameHost, "example.com", {}));
  EXPECT_TRUE(allowed(kList, "example.com", {}));
}

TEST(Origin, AnyIsAny) {
  EXPECT_TRUE(allowed(kAny, "example.com", {"https://evil.com"}));
}

}  // namespace
}  // namespace polygate::http
