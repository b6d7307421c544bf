#include "gateway/net/admission.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace polygate::net {
namespace {

PeerAddress address(const char* text) {
  sockaddr_storage storage{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    std::memcpy(&storage, &v4, sizeof(v4));
  } else if (::inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    std::memcpy(&storage, &v6, sizeof(v6));
  }
  return PeerAddress::from(storage);
}

using Verdict = Admission::Verdict;

TEST(PeerAddress, IsWrittenAsPeopleWriteIt) {
  for (const char* text : {"0.0.0.0", "255.255.255.255", "10.200.3.40"}) EXPECT_EQ(address(text).text(), text);
  EXPECT_EQ(address("2001:db8::1").text(), "2001:db8::1");
  EXPECT_EQ(address("::ffff:192.0.2.7").text(), "192.0.2.7");
}

TEST(Threats, T16_OneAddressCannotTakeAll) {
  Admission admission({10, 2, 10, 10});
  admission.admitted(address("192.0.2.7"));
  admission.admitted(address("192.0.2.7"));
  EXPECT_EQ(admission.judge(address("192.0.2.7")), Verdict::per_address);
  EXPECT_EQ(admission.judge(address("192.0.2.8")), Verdict::admit);
  admission.ended(address("192.0.2.7"), false);
  EXPECT_EQ(admission.judge(address("192.0.2.7")), Verdict::admit);
}

TEST(Threats, T16_AnIpv6NetworkOf64BitsIsOnePeer) {
  Admission admission({10, 1, 10, 10});
  admission.admitted(address("2001:db8:1:2::1"));
  EXPECT_EQ(admission.judge(address("2001:db8:1:2:ffff::9")), Verdict::per_address);
  EXPECT_EQ(admission.judge(address("2001:db8:1:3::1")), Verdict::admit);
}

TEST(Threats, T01_HandshakesAreCountedApart) {
  Admission admission({10, 10, 3, 2});
  admission.admitted(address("192.0.2.7"));
  admission.admitted(address("192.0.2.7"));
  EXPECT_EQ(admission.judge(address("192.0.2.7")), Verdict::handshakes_per_address);
  admission.admitted(address("192.0.2.8"));
  EXPECT_EQ(admission.judge(address("192.0.2.9")), Verdict::handshakes);
  admission.established(address("192.0.2.7"));
  EXPECT_EQ(admission.judge(address("192.0.2.7")), Verdict::admit);
  EXPECT_EQ(admission.connections(), 3u);
  EXPECT_EQ(admission.handshakes(), 2u);
  admission.ended(address("192.0.2.7"), true);
  admission.ended(address("192.0.2.7"), false);
  admission.ended(address("192.0.2.8"), false);
  EXPECT_EQ(admission.connections(), 0u);
  EXPECT_EQ(admission.handshakes(), 0u);
}

TEST(Admission, TheTotalIsTheTotal) {
  Admission admission({1, 10, 10, 10});
  admission.admitted(address("192.0.2.7"));
  EXPECT_EQ(admission.judge(address("192.0.2.8")), Verdict::connections);
  EXPECT_EQ(Admission::status(Verdict::connections), 503);
  EXPECT_EQ(Admission::status(Verdict::per_address), 429);
}

}  // namespace
}  // namespace polygate::net
