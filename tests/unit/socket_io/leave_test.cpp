// Who leaves, and whose word for it the client hears.
#include "tests/unit/socket_io/club.h"

namespace polygate::socket_io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A cook, who hears of each who goes.
struct Watched : Club {
  explicit Watched(const std::string& yaml = kClub) : Club(yaml), cook(*this, 9) {
    cook.opens();
    cook.says("0/kitchen,");
    EXPECT_EQ(cook.hears().size(), 2u);
  }
  std::string gone() {
    std::string who;
    for (const std::string& line : cook.hears()) who += line + '\n';
    return who;
  }
  Guest cook;
};

constexpr char kGuestHasGone[] = "frame 42/kitchen,[\"gone\",\"guest\"]\n";
constexpr char kWaiterHasGone[] = "frame 42/kitchen,[\"gone\",\"waiter\"]\n";

TEST(Disconnect, OfTheClientEndsOneSessionAndNotTheSocket) {
  Watched club;
  Guest guest(club, 1);
  guest.connects();
  guest.says("0/staff,");
  EXPECT_EQ(guest.hears().size(), 1u);
  guest.says("1/staff,");
  EXPECT_THAT(guest.hears(), IsEmpty());
  EXPECT_EQ(club.gone(), kWaiterHasGone);
  guest.says(R"(2["who"])");
  guest.says(R"(2/staff,["who"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42["who","guest"])")) << "nobody is there to hear the other";
  guest.says("1");
  EXPECT_THAT(guest.hears(), IsEmpty());
  EXPECT_EQ(club.gone(), kGuestHasGone);
  EXPECT_FALSE(guest.is_over());
  guest.says("0/staff,");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 40/staff,{"sid":"*"})")) << "it may come again";
  guest.says(R"(2/staff,["who"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42/staff,["who","waiter"])"));
}

TEST(Disconnect, OfTheServerEndsOneSessionAndTheOthersGoOn) {
  Watched club;
  Guest guest(club, 1);
  guest.connects();
  guest.says("0/staff,");
  EXPECT_EQ(guest.hears().size(), 1u);
  guest.says(R"(2/staff,["bye"])");
  guest.says(R"(2/staff,["who"])");
  guest.says(R"(2["who"])");
  EXPECT_THAT(guest.hears(), ElementsAre("frame 41/staff,", R"(frame 42["who","guest"])"));
  EXPECT_EQ(club.gone(), std::string(kWaiterHasGone) + kWaiterHasGone) << "the rule, and the closed rule";
  guest.says("0/staff,");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 40/staff,{"sid":"*"})"));
}

TEST(Disconnect, OfTheLastSessionEndsTheSocketWithItsCode) {
  Watched club;
  Guest guest(club, 1);
  guest.connects();
  guest.says(R"(2["bye"])");
  EXPECT_THAT(guest.hears(), ElementsAre("frame 41", "close 4000 enough, take the rest", "close 4000 enough"));
  EXPECT_EQ(club.gone(), std::string(kGuestHasGone) + kGuestHasGone);
  EXPECT_TRUE(guest.is_over());
}

TEST(Disconnect, TowardsAPollTheClosePacketComesBehindIt) {
  Club club;
  Guest guest(club, 1);
  guest.peer().begins_to_poll(1);
  EXPECT_EQ(guest.hears().size(), 1u);
  guest.peer().posts(2,
                     "40\x1e"
                     R"(42["bye"])");
  EXPECT_THAT(guest.hears(2), ElementsAre("200 ok"));
  guest.peer().polls(3);
  EXPECT_THAT(guest.hears(3), ElementsAre(R"(200 40{"sid":"*"} | 41)"));
  guest.peer().polls(3);
  EXPECT_THAT(guest.hears(3), ElementsAre("200 1"));
  EXPECT_TRUE(guest.is_over());
}

TEST(Disconnect, OverloadAndRestartEndTheSocketWithoutOne) {
  for (const auto& [event, close] : std::map<std::string, std::string>{{R"(2/staff,["back"])", "1012 restart"},
                                                                       {R"(2/staff,["busy"])", "1013 too much"}}) {
    Watched club;
    Guest guest(club, 1);
    guest.connects();
    guest.says("0/staff,");
    EXPECT_EQ(guest.hears().size(), 1u);
    guest.says(event);
    EXPECT_THAT(guest.hears(), ElementsAre("close " + close + ", take the rest"));
    EXPECT_EQ(club.gone(), kWaiterHasGone + std::string()) << "of the other what was read is taken first";
    guest.says(R"(2["shout",1])");
    guest.goes();
    EXPECT_THAT(guest.hears(), ElementsAre("close " + close));
    EXPECT_EQ(club.gone(), kGuestHasGone);
    EXPECT_TRUE(guest.is_over());
  }
}

TEST(Disconnect, AShutdownEndsTheSocketWithoutOne) {
  for (const std::uint16_t code : {std::uint16_t{1001}, std::uint16_t{1012}}) {
    Club club;
    Guest guest(club, 1);
    guest.connects();
    club.host.drain(code, club.gateway.clock.now());
    club.host.pass(Millis(0));
    EXPECT_THAT(guest.hears(), ElementsAre("close " + std::to_string(code) + " going away, take the rest"));
    guest.goes();
    EXPECT_THAT(guest.hears(), ElementsAre("close " + std::to_string(code) + " going away"));
    EXPECT_EQ(club.host.sessions().size(), 0u);
  }
}

TEST(Disconnect, ASlowClientIsCutWithoutOneAndWhatItHadSaidIsTaken) {
  Watched club;
  Guest guest(club, 1);
  Guest other(club, 2);
  guest.connects();
  other.connects();
  club.gateway.full.insert(1);
  other.says(R"(2["shout","a"])");
  EXPECT_THAT(guest.hears(), ElementsAre("close 1013 slow consumer: limit outbox_bytes, take the rest"));
  EXPECT_EQ(club.gone(), "");
  guest.says(R"(2["shout","last"])");
  EXPECT_THAT(other.hears(), ElementsAre(R"(frame 42["shout","a"])", R"(frame 42["shout","last"])"));
  club.host.pass(Millis(4'000));
  EXPECT_THAT(guest.hears(), ElementsAre("close 1013 slow consumer: limit outbox_bytes"));
  EXPECT_EQ(club.gone(), kGuestHasGone);
}

TEST(Disconnect, AConnectionThatSaysThatItIsSlowEndsAllSessions) {
  Watched club;
  Guest guest(club, 1);
  guest.connects();
  guest.says("0/staff,");
  EXPECT_EQ(guest.hears().size(), 1u);
  guest.peer().reads_slowly(1);
  EXPECT_THAT(guest.hears(), ElementsAre("close 1013 slow consumer: limit outbox_bytes, take the rest"));
  guest.goes();
  EXPECT_THAT(guest.hears(), ElementsAre("close 1013 slow consumer: limit outbox_bytes"));
  EXPECT_EQ(club.gone(), std::string(kGuestHasGone) + kWaiterHasGone);
}

TEST(Disconnect, AConnectionThatIsLostEndsAllSessions) {
  Watched club;
  Guest guest(club, 1);
  guest.connects();
  guest.says("0/staff,");
  EXPECT_EQ(guest.hears().size(), 1u);
  guest.goes();
  EXPECT_THAT(guest.hears(), ElementsAre("close 1000 "));
  EXPECT_EQ(club.gone(), std::string(kGuestHasGone) + kWaiterHasGone);
  EXPECT_EQ(club.host.sessions().size(), 1u);
}

TEST(Disconnect, AnEngineThatIsClosedEndsAllSessions) {
  Watched club;
  Guest guest(club, 1);
  guest.connects();
  guest.peer().says(1, "1");
  EXPECT_THAT(guest.hears(), ElementsAre("close 1000 "));
  EXPECT_EQ(club.gone(), kGuestHasGone);
}

TEST(Disconnect, NobodyConnectsWhileTheSocketEnds) {
  Club club;
  Guest guest(club, 1);
  guest.connects();
  guest.says("0/staff,");
  EXPECT_EQ(guest.hears().size(), 1u);
  guest.says(R"(2/staff,["back"])");
  EXPECT_THAT(guest.hears(), ElementsAre("close 1012 restart, take the rest"));
  guest.says("0/kitchen,");
  EXPECT_THAT(guest.hears(), IsEmpty());
  EXPECT_EQ(club.host.sessions().size(), 1u);
}

}  // namespace
}  // namespace polygate::socket_io
