#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include "tests/unit/server/test_client.h"
#include "tests/unit/server/test_server.h"

namespace polygate::server {
namespace {

std::uint16_t peer_port(int fd) {
  sockaddr_in peer{};
  socklen_t size = sizeof(peer);
  return ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 ? ntohs(peer.sin_port) : std::uint16_t{0};
}

/// The options of the server's end of the client's connection: that is a file of this process, too.
class ServersEnd {
 public:
  explicit ServersEnd(const TestClient& client) {
    for (int fd = 0; fd < 1'024 && fd_ < 0; ++fd) {
      if (peer_port(fd) == client.port()) fd_ = fd;
    }
  }
  int option(int level, int name) const {
    int value = -1;
    socklen_t size = sizeof(value);
    EXPECT_EQ(::getsockopt(fd_, level, name, &value, &size), 0);
    return value;
  }

 private:
  int fd_ = -1;
};

TEST(Threats, T80_TheKernelAsksASilentPeerForASignOfLife) {
  TestServer server;
  TestClient client(server.port());
  ASSERT_EQ(client.upgrade("/words/7").status, 101);
  const ServersEnd end(client);
  EXPECT_EQ(end.option(SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(end.option(IPPROTO_TCP, TCP_KEEPIDLE), 30);
  EXPECT_EQ(end.option(IPPROTO_TCP, TCP_KEEPINTVL), 5);
  EXPECT_EQ(end.option(IPPROTO_TCP, TCP_KEEPCNT), 3);
  EXPECT_EQ(end.option(IPPROTO_TCP, TCP_USER_TIMEOUT), 45'000);
  EXPECT_EQ(end.option(IPPROTO_TCP, TCP_NODELAY), 1);
}

TEST(Threats, T80_TheKernelAsksAsOftenAsTheSettingsSayOrNot) {
  Settings often;
  often.keepalive = {true, Millis(7'000), Millis(2'000), 4};
  TestServer server(often);
  TestClient client(server.port());
  ASSERT_EQ(client.upgrade("/words/7").status, 101);
  const ServersEnd end(client);
  EXPECT_EQ(end.option(IPPROTO_TCP, TCP_KEEPIDLE), 7);
  EXPECT_EQ(end.option(IPPROTO_TCP, TCP_KEEPINTVL), 2);
  EXPECT_EQ(end.option(IPPROTO_TCP, TCP_KEEPCNT), 4);
  EXPECT_EQ(end.option(IPPROTO_TCP, TCP_USER_TIMEOUT), 15'000);

  Settings off;
  off.keepalive.on = false;
  TestServer quiet(off);
  TestClient other(quiet.port());
  ASSERT_EQ(other.upgrade("/words/7").status, 101);
  EXPECT_EQ(ServersEnd(other).option(SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(ServersEnd(other).option(IPPROTO_TCP, TCP_USER_TIMEOUT), 45'000);
}

}  // namespace
}  // namespace polygate::server
