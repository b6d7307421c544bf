#include "gateway/socket_io/namespaces.h"

#include "tests/unit/socket_io/club.h"

namespace polygate::socket_io {
namespace {

TEST(Namespaces, KeepTheIndexOfWhoComesBack) {
  Club club;
  engine_io::Peer peer(club.gateway, club.host, Revision::v4);
  Client client(peer.socket(), {}, club.census->enter({}, "club").place);
  Namespaces all(client);
  EXPECT_TRUE(all.are_over());
  EXPECT_EQ(all.find("/"), nullptr);
  EXPECT_EQ(all.add("/").index, 0u);
  EXPECT_EQ(all.add("/staff").index, 1u);
  EXPECT_EQ(all.live(), 2u);
  EXPECT_EQ(all.sessions(), 0u);
  all.find("/")->is_full = true;
  EXPECT_TRUE(all.are_full());
  all.find("/")->state = Namespace::State::over;
  EXPECT_EQ(all.live(), 1u);
  EXPECT_FALSE(all.are_over());
  EXPECT_EQ(all.add("/").index, 0u);
  EXPECT_FALSE(all.are_full()) << "it begins anew";
  EXPECT_EQ(all.name(1), "/staff");
  EXPECT_EQ(all.name(7), "/") << "what is said on none";
}

}  // namespace
}  // namespace polygate::socket_io
