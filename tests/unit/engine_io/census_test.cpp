#include "gateway/engine_io/census.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <vector>

namespace polygate::engine_io {
namespace {

using Count = Census::Verdict;

net::PeerAddress household(const char* text) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (::inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else {
    EXPECT_EQ(::inet_pton(AF_INET6, text, &v6->sin6_addr), 1) << text;
    storage.ss_family = AF_INET6;
  }
  return net::PeerAddress::from(storage);
}

TEST(Census, EachLimitIsReachedExactlyAndGivenBack) {
  const auto census = std::make_shared<Census>(Census::Limits{.sessions = 4, .per_address = 2, .per_profile = 3});
  const net::PeerAddress one = household("192.0.2.1");
  auto first = census->enter(one, "relay");
  const auto second = census->enter(one, "hub");
  EXPECT_TRUE(first.place && second.place);
  EXPECT_EQ(census->enter(one, "relay").verdict, Count::per_address);
  const auto third = census->enter(household("192.0.2.2"), "relay");
  auto fourth = census->enter(household("192.0.2.3"), "relay");
  EXPECT_TRUE(third.place && fourth.place);
  EXPECT_EQ(census->enter(household("192.0.2.4"), "relay").verdict, Count::per_profile);
  EXPECT_EQ(census->enter(household("192.0.2.4"), "hub").verdict, Count::sessions);
  EXPECT_EQ(census->counts().by_profile, (std::map<std::string, std::size_t, std::less<>>{{"hub", 1}, {"relay", 3}}));
  EXPECT_EQ(census->counts().refused, (std::array<std::uint64_t, 4>{0, 1, 1, 1}));

  first.place.reset();
  fourth.place.reset();
  EXPECT_TRUE(census->enter(one, "relay").place);
  EXPECT_EQ(census->counts().by_profile.at("relay"), 1u) << "the one that nobody holds is gone already";
}

TEST(Census, AHouseholdOfIPv6CountsAsOne) {
  const auto census = std::make_shared<Census>(Census::Limits{.sessions = 9, .per_address = 1, .per_profile = 9});
  const auto first = census->enter(household("2001:db8::1"), "relay");
  EXPECT_EQ(census->enter(household("2001:db8::2"), "relay").verdict, Count::per_address);
  EXPECT_EQ(first.place->another().verdict, Count::per_address);
  EXPECT_TRUE(census->enter(household("2001:db8:0:1::1"), "relay").place);
}

TEST(Census, APlaceOutlivesTheServersHold) {
  auto census = std::make_shared<Census>(Census::Limits{.sessions = 1, .per_address = 1, .per_profile = 1});
  const auto held = census->enter(household("192.0.2.1"), "relay");
  census.reset();
  EXPECT_EQ(held.place->another().verdict, Count::per_address);
}

TEST(Census, WhoIsToBlameIsToldSo) {
  EXPECT_EQ(Census::status(Count::per_address), 429);
  EXPECT_EQ(Census::status(Count::per_profile), 503);
  EXPECT_EQ(Census::status(Count::sessions), 503);
}

}  // namespace
}  // namespace polygate::engine_io
