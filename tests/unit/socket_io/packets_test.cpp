// Events, attachments and acknowledgements, and packets that are none.
#include "tests/unit/socket_io/club.h"

namespace polygate::socket_io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kTaken[] = "200 ok";

std::string attached(std::size_t count, const std::string& rest) {
  return "5" + std::to_string(count) + "-" + rest;
}

TEST(Attachments, AreGatheredAndTheEventIsTakenWithTheLast) {
  Club club;
  Guest guest(club, 1);
  guest.connects();
  guest.says(attached(2, R"(["echo",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])"));
  guest.sends("one");
  EXPECT_THAT(guest.hears(), IsEmpty());
  guest.sends("two");
  EXPECT_THAT(
      guest.hears(),
      ElementsAre(R"(frame 452-["echo",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}] | <one> | <two>)"));
  guest.says(R"(2["who"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42["who","guest"])"));
}

TEST(Attachments, ToClientsOfRevision3BearTheirType) {
  Club club;
  Guest guest(club, 1, Revision::v3);
  guest.opens();
  guest.says(attached(1, R"(["echo",{"_placeholder":true,"num":0}])"));
  guest.sends("\4bytes");
  EXPECT_THAT(guest.hears(), ElementsAre("frame 451-[\"echo\",{\"_placeholder\":true,\"num\":0}] | <\4bytes>"));
}

TEST(Attachments, NoneMayBeAnnounced) {
  Club club;
  Guest guest(club, 1);
  guest.connects();
  guest.says(attached(0, R"(["echo","x"])"));
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42["echo","x"])"));
}

TEST(Attachments, TooManyBreakTheConversation) {
  Club club;
  Guest guest(club, 1);
  guest.connects();
  guest.says(attached(4, R"(["echo"])"));
  EXPECT_THAT(guest.hears(), ElementsAre("close 4400 parse error: 4 attachments, at most 3 are accepted"));
  Guest other(club, 2);
  other.connects();
  other.says(attached(3, R"(["echo"])"));
  for (int i = 0; i < 3; ++i) other.sends("x");
  EXPECT_THAT(other.hears(), ElementsAre(R"(frame 453-["echo"] | <x> | <x> | <x>)"));
}

TEST(Attachments, TooMuchOfThemEndsWith1009) {
  Club club;
  Guest guest(club, 1);
  guest.connects();
  const std::string packet = attached(2, R"(["echo",{"_placeholder":true,"num":0}])");
  const std::string half(150, 'x');
  guest.says(packet);
  guest.sends(half);
  guest.sends(std::string(300 - half.size() - packet.size(), 'x'));
  EXPECT_EQ(guest.hears().size(), 1u) << "all that it may be";
  guest.says(packet);
  guest.sends(half);
  guest.sends(std::string(301 - half.size() - packet.size(), 'x'));
  guest.sends(half);
  EXPECT_THAT(guest.hears(),
              ElementsAre("close 1009 limit message_bytes, take the rest", "close 1009 limit message_bytes"));
  EXPECT_EQ(club.host.meter().closes, (std::map<std::uint16_t, std::uint64_t>{{1009, 1}}));
}

TEST(Attachments, TextInBetweenBreaksTheConversation) {
  Club club;
  Guest guest(club, 1);
  guest.connects();
  guest.says(attached(1, R"(["echo"])"));
  guest.says(R"(2["who"])");
  EXPECT_THAT(guest.hears(), ElementsAre("close 4400 parse error: text where an attachment was expected"));
}

TEST(Attachments, ThatNobodyAnnouncedBreakTheConversation) {
  Club club;
  Guest guest(club, 1);
  guest.connects();
  guest.sends("bytes");
  EXPECT_THAT(guest.hears(), ElementsAre("close 4400 parse error: binary data that no packet has announced"));
}

TEST(Attachments, MayComeInSeveralPosts) {
  Club club;
  Guest guest(club, 1);
  guest.peer().begins_to_poll(1);
  EXPECT_EQ(guest.hears().size(), 1u);
  guest.peer().posts(2,
                     "40\x1e"
                     R"(451-["echo",{"_placeholder":true,"num":0}])");
  guest.peer().posts(2,
                     "beA==\x1e"
                     R"(42["who"])");
  EXPECT_THAT(guest.hears(2), ElementsAre(kTaken, kTaken));
  guest.peer().polls(3);
  EXPECT_THAT(guest.hears(3), ElementsAre(R"(200 40{"sid":"*"} | 451-["echo",{"_placeholder":true,"num":0}] | beA== | )"
                                          R"(42["who","guest"])"));
}

TEST(Attachments, OfABodyAreHeldAgainstTheLimitWithTheirText) {
  Club club;
  Guest guest(club, 1);
  guest.peer().begins_to_poll(1);
  EXPECT_EQ(guest.hears().size(), 1u);
  guest.peer().posts(2,
                     "40\x1e"
                     R"(452-["echo",{"_placeholder":true,"num":0}])");
  guest.peer().posts(3, 'b' + std::string(300, 'A'));
  guest.peer().posts(4, "b" + std::string(100, 'A'));
  EXPECT_THAT(guest.hears(2), ElementsAre(kTaken));
  EXPECT_THAT(guest.hears(3), ElementsAre(kTaken)) << "225 and 41";
  EXPECT_THAT(guest.hears(4), ElementsAre("413 ")) << "and 75";
  guest.peer().posts(4, "bAAAA");
  EXPECT_THAT(guest.hears(4), ElementsAre(kTaken)) << "the session lives, and what was gathered";
  guest.peer().polls(5);
  EXPECT_EQ(guest.hears(5).size(), 1u);
}

TEST(Acknowledgements, AreWhatTheClientAskedFor) {
  Club club;
  Guest guest(club, 1);
  guest.connects();
  guest.says(R"(20["asked",1,"two"])");
  guest.says(R"(27["who"])");
  guest.says(R"(28["order"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 430[1,"two"])", R"(frame 42["who","guest"])", "frame 437[]",
                                         R"(frame 42["failed","forbidden"])", "frame 438[]"));
  guest.says(attached(1, R"(9["asked",{"_placeholder":true,"num":0}])"));
  guest.sends("bytes");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 461-9[{"_placeholder":true,"num":0}] | <bytes>)"));
}

/// The id of a question that was asked with "x".
std::string question_in(const Lines& lines) {
  EXPECT_EQ(lines.size(), 1u);
  const std::string line = lines.empty() ? "" : lines[0];
  const std::size_t end = line.find(R"(["question","x"])");
  EXPECT_EQ(end + 16, line.size()) << line;
  return line.substr(8, end - 8);
}

TEST(Acknowledgements, OfTheClientAreEventsAndCountOnce) {
  Club club;
  Guest guest(club, 1);
  guest.connects();
  guest.says(R"(2["ask","x"])");
  const std::string id = question_in(guest.hears());
  guest.says("3" + id + R"(["yes",1])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42["heard","yes",1])"));
  guest.says("3" + id + R"(["yes",2])");
  EXPECT_THAT(guest.hears(), IsEmpty());
  guest.says(R"(2["ask","x"])");
  guest.says("61-" + question_in(guest.hears()) + R"([{"_placeholder":true,"num":0}])");
  guest.sends("bytes");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 451-["heard",{"_placeholder":true,"num":0}] | <bytes>)"));
}

TEST(Packets, ThatAreNoneBreakTheConversation) {
  for (const auto& [packet, why] :
       std::map<std::string, std::string>{{"9", "a packet without a type from 0 to 6"},
                                          {R"(2/staff,["who"])", "a packet for a namespace that was not joined"},
                                          {R"(4{"message":"x"})", "an error packet from the client"},
                                          {R"(1["x"])", "a disconnect with data"},
                                          {R"(3["x"])", "an ack without its id"}}) {
    Club club;
    Guest guest(club, 1);
    guest.connects();
    guest.says(packet);
    EXPECT_THAT(guest.hears(), ElementsAre("close 4400 parse error: " + why));
    EXPECT_EQ(club.host.sessions().size(), 0u);
    EXPECT_TRUE(guest.is_over());
  }
}

TEST(Packets, EventsThatAreNoneBreakTheConversationOfAllNamespaces) {
  for (const char* event : {"2[]", "2[{}]", R"(2["connect"])", "2[1"}) {
    Club club;
    Guest guest(club, 1);
    guest.connects();
    guest.says("0/staff,");
    EXPECT_EQ(guest.hears().size(), 1u);
    guest.says(event);
    EXPECT_THAT(guest.hears(), ElementsAre(testing::StartsWith("close 4400 parse error: "))) << event;
    EXPECT_EQ(club.host.sessions().size(), 0u) << "no disconnect packet: the client comes back";
    EXPECT_TRUE(guest.is_over());
  }
}

TEST(Packets, AFullSessionHoldsUpItsSocket) {
  Club club;
  club.gateway.profile().limits.inbox_events = 1;
  Guest owner(club, 1);
  owner.connects();
  owner.says(R"(2["seat",1])");
  EXPECT_THAT(owner.hears(), ElementsAre(R"(frame 42["seat",1])"));
  Guest guest(club, 2);
  guest.connects();
  guest.says("0/staff,");
  EXPECT_EQ(guest.hears().size(), 1u);
  guest.says(R"(2/staff,["seat",2])");
  guest.says(R"(2/staff,["who"])");
  EXPECT_THAT(guest.hears(), ElementsAre("wait"));
  EXPECT_THAT(owner.hears(), ElementsAre("say 2"));
  club.host.pass(Millis(1'000));
  EXPECT_THAT(guest.hears(),
              ElementsAre(R"(frame 42/staff,["seat",2])", R"(frame 42/staff,["who","waiter"])", "resume"));
  EXPECT_THAT(owner.hears(), ElementsAre("frame 41", "close 4409 replaced by a new connection, take the rest",
                                         "close 4409 replaced by a new connection"));
}

TEST(Packets, ASignOfLifeInOneNamespaceIsOneInAll) {
  Club club;
  Guest owner(club, 1);
  owner.connects();
  owner.says("0/staff,");
  owner.says(R"(2/staff,["seat",1])");
  EXPECT_EQ(owner.hears().size(), 2u);
  Guest guest(club, 2);
  guest.connects();
  guest.says(R"(2["seat",2])");
  EXPECT_THAT(guest.hears(), IsEmpty());
  EXPECT_THAT(owner.hears(), ElementsAre("say 2"));
  owner.says(R"(2["who"])");  // a sign of life, wherever
  EXPECT_THAT(owner.hears(), ElementsAre(R"(frame 42["who","guest"])"));
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42["failed","taken"])"));
}

}  // namespace
}  // namespace polygate::socket_io
