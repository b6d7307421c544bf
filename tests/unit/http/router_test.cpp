#include "gateway/http/router.h"

#include <gtest/gtest.h>

#include "gateway/dialect/engine_io.h"
#include "tests/unit/words_profile.h"

namespace polygate::http {
namespace {

class RouterTest : public testing::Test {
 protected:
  /// The path of the endpoint that gets the request, "" for none, "?" for a bad parameter.
  static std::string route(const std::vector<std::string>& paths, std::string_view path) {
    std::vector<profile::Endpoint> endpoints;
    for (const std::string& one : paths) endpoints.push_back(endpoint(one));
    const auto profile = words(std::move(endpoints));
    const Router router({profile});
    const auto match = router.match("main", "localhost", path);
    if (match.bad_parameter) return "?";
    return match.route ? match.route->endpoint->path : "";
  }
};

TEST_F(RouterTest, SlashesCount) {
  EXPECT_EQ(route({"/a"}, "/a"), "/a");
  EXPECT_EQ(route({"/a"}, "/a/"), "");
  EXPECT_EQ(route({"/a/"}, "/a/"), "/a/");
  EXPECT_EQ(route({"/a/"}, "/a"), "");
  EXPECT_EQ(route({"/"}, "/"), "/");
  EXPECT_EQ(route({"/"}, "*"), "");
  EXPECT_EQ(route({"/a/b"}, "/a//b"), "");
}

TEST_F(RouterTest, AFixedSegmentWinsOverAParameterWhateverTheOrder) {
  EXPECT_EQ(route({"/a/:id", "/a/b"}, "/a/b"), "/a/b");
  EXPECT_EQ(route({"/a/b", "/a/:id"}, "/a/b"), "/a/b");
  EXPECT_EQ(route({"/:x/b", "/a/:y"}, "/a/b"), "/a/:y");
  EXPECT_EQ(route({"/a/:id", "/a/b"}, "/a/c"), "/a/:id");
}

TEST_F(RouterTest, WhatLooksCloserMayLeadNowhere) {
  EXPECT_EQ(route({"/a/b/c", "/:x/b/d"}, "/a/b/d"), "/:x/b/d");
  EXPECT_EQ(route({"/a/:y", "/:x/b/c", "/:x/:y/:z"}, "/a/b/c"), "/:x/b/c");
  EXPECT_EQ(route({"/a/:y/c", "/:x/b/:z"}, "/a/b/c"), "/a/:y/c");
  EXPECT_EQ(route({"/a/:y/c", "/:x/b/:z"}, "/a/./c"), "?");
  EXPECT_EQ(route({"/a/:y", "/:x/."}, "/a/."), "/:x/.");
  EXPECT_EQ(route({"/a/b"}, "/a"), "");
  EXPECT_EQ(route({"/a"}, "/a/b"), "");
}

TEST_F(RouterTest, OfManyEndpointsEachIsFound) {
  std::vector<std::string> paths;
  for (int i = 0; i < 300; ++i) paths.push_back("/p" + std::to_string(i) + "/:id");
  for (int i = 0; i < 300; i += 37) {
    EXPECT_EQ(route(paths, "/p" + std::to_string(i) + "/x"), paths[static_cast<std::size_t>(i)]);
  }
  EXPECT_EQ(route(paths, "/p300/x"), "");
}

TEST(Router, ASlashAtTheEndMayBeLeftOutForSocketIoAlone) {
  auto engine = words({endpoint("/io/"), endpoint("/")});
  engine->dialect = std::make_unique<dialect::EngineIo>();
  const auto plain = words({endpoint("/io"), endpoint("/ws/")});
  const auto path = [](const Router& router, std::string_view asked) {
    const auto match = router.match("main", "localhost", asked);
    return match.route ? match.route->endpoint->path : "";
  };
  const Router alone({engine});
  EXPECT_EQ(path(alone, "/io"), "/io/");
  EXPECT_EQ(path(alone, "/io/"), "/io/");
  EXPECT_EQ(path(alone, "/io//"), "");
  EXPECT_EQ(path(alone, "/"), "/");
  EXPECT_EQ(path(alone, ""), "");
  const Router both({engine, plain});
  EXPECT_EQ(path(both, "/io"), "/io");
  EXPECT_EQ(path(both, "/io/"), "/io/");
  EXPECT_EQ(path(both, "/ws"), "");
}

TEST(Threats, T41_PathParametersTakeIdsAndNothingElse) {
  const auto profile = words({endpoint("/clients/:id")});
  const Router router({profile});
  for (const std::string good : {"7", "a_b-C", "..."}) {
    const bool dots = good == "...";
    EXPECT_EQ(router.match("main", "localhost", "/clients/" + good).route != nullptr, !dots) << good;
  }
  for (const std::string& bad : {std::string(), std::string("a.b"), std::string("a b"), std::string("ä"),
                                 std::string(65, 'a'), std::string("a\0b", 3), std::string("%2e")}) {
    const auto match = router.match("main", "localhost", "/clients/" + bad);
    EXPECT_TRUE(match.bad_parameter) << bad;
    EXPECT_EQ(match.route, nullptr) << bad;
  }
  EXPECT_EQ(router.match("main", "localhost", "/clients/a/b").route, nullptr);
}

TEST(Router, GivesParametersByName) {
  const auto profile = words({endpoint("/:kind/x/:id")});
  const auto match = Router({profile}).match("main", "localhost", "/k/x/7");
  ASSERT_EQ(match.parameters.size(), 2u);
  EXPECT_EQ(match.parameters[0], (std::pair<std::string, std::string>("kind", "k")));
  EXPECT_EQ(match.parameters[1], (std::pair<std::string, std::string>("id", "7")));
}

TEST(Router, ANamedHostWinsOverAnyAndIsComparedWithoutPortAndCase) {
  auto any = endpoint("/a");
  auto named = endpoint("/a");
  named.host = "example.com";
  const auto profile = words({any, named});
  const Router router({profile});
  const auto host = [&](std::string_view value) { return router.match("main", value, "/a").route->endpoint->host; };
  EXPECT_EQ(host("Example.COM:8080"), "example.com");
  EXPECT_EQ(host("example.com"), "example.com");
  EXPECT_EQ(host("evil-example.com"), "");
  EXPECT_EQ(host("example.com.evil"), "");
}

TEST(Router, AnEndpointOfAnotherListenerIsNotThere) {
  auto inner = endpoint("/a");
  inner.listener = "inner";
  const auto profile = words({inner});
  const Router router({profile});
  EXPECT_NE(router.match("inner", "localhost", "/a").route, nullptr);
  EXPECT_EQ(router.match("outer", "localhost", "/a").route, nullptr);
}

TEST(Router, HostNamesLoseTheirPortAndKeepTheirBrackets) {
  EXPECT_EQ(host_name("A.example:80"), "a.example");
  EXPECT_EQ(host_name("[2001:DB8::1]:80"), "[2001:db8::1]");
  EXPECT_EQ(host_name("[::1]"), "[::1]");
  EXPECT_EQ(host_name(""), "");
}

}  // namespace
}  // namespace polygate::http
