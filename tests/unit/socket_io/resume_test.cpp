// Clients that come back to their sessions: on the same worker, and on another.
#include "gateway/socket_io/resume.h"

#include "tests/unit/socket_io/club.h"

namespace polygate::socket_io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kNew[] = R"(frame 40{"sid":"*","pid":"*"})";

std::string shouted(const std::string& what) {
  return R"(frame 42["shout",")" + what + R"(","*"])";
}

/// Somebody who shouts, over connection 9, and hears of it.
struct Loud : Club {
  explicit Loud(const std::string& yaml = recovering(), std::size_t places = 100)
      : Club(yaml, places), other(*this, 9) {
    other.connects();
  }
  void shouts(const std::string& what) {
    other.says(R"(2["shout",")" + what + R"("])");
    EXPECT_THAT(other.hears(), ElementsAre(shouted(what)));
  }
  Guest other;
};

/// What somebody who has heard "a" takes along: its session's name, its key and where it was.
struct Memory {
  std::string sid;
  std::string pid;
  std::string offset;
  std::string comes_back(const std::string& name_space = {}) const {
    return "0" + name_space + R"({"pid":")" + pid + R"(","offset":")" + offset + R"("})";
  }
};

Memory of(const Guest& guest) {
  return {guest.sid, guest.pid, guest.offset};
}

/// Over connection 1, which is lost then.
Memory heard_and_lost(Loud& club) {
  Guest guest(club, 1);
  guest.opens();
  guest.says("0");
  EXPECT_THAT(guest.hears(), ElementsAre(kNew));
  club.shouts("a");
  EXPECT_THAT(guest.hears(), ElementsAre(shouted("a")));
  guest.goes();
  EXPECT_THAT(guest.hears(), ElementsAre("close 1000 "));
  return of(guest);
}

TEST(Resume, IsWhatTheDataOfAConnectSays) {
  const SecretId key = SecretId::make(3, 5);
  json::Document document;
  const auto reads = [&](const std::string& data) {
    EXPECT_TRUE(document.parse(data, {}));
    return Resume::of(document.root());
  };
  const auto resume = reads(R"({"pid":")" + key.text() + R"(","offset":"7"})");
  ASSERT_TRUE(resume);
  EXPECT_TRUE(resume->is_at(3));
  EXPECT_FALSE(resume->is_at(0));
  EXPECT_TRUE(reads(R"({"pid":")" + key.text() + R"("})")) << "it has heard nothing yet";
  for (const char* none : {"7", "[]", "{}", R"({"pid":7})", R"({"pid":"nobody's"})"}) EXPECT_FALSE(reads(none)) << none;
  Json kept = {{"pid", "x"}, {"offset", "1"}, {"table", 7}};
  Resume::strip(kept);
  EXPECT_EQ(kept, (Json{{"table", 7}}));
}

TEST(Resume, ASessionWaitsAndItsClientHearsWhatItMissedBeforeTheAnswer) {
  Loud club;
  const Memory memory = heard_and_lost(club);
  EXPECT_EQ(club.host.sessions().size(), 2u);
  club.shouts("b");
  club.shouts("c");
  Guest again(club, 2);
  again.opens();
  again.says(memory.comes_back());
  EXPECT_THAT(again.hears(), ElementsAre(shouted("b"), shouted("c"), kNew));
  EXPECT_EQ(again.sid, memory.sid);
  EXPECT_EQ(again.pid, memory.pid);
  EXPECT_EQ(club.host.sessions().size(), 2u);
  club.shouts("d");
  again.says(R"(2["who"])");
  EXPECT_THAT(again.hears(), ElementsAre(shouted("d"), R"(frame 42["who","guest","*"])"));
  club.host.pass(Millis(10'000));
  EXPECT_THAT(again.hears(), IsEmpty()) << "it has connected in time";
}

TEST(Resume, OpenedRulesAreNotTakenAgain) {
  Club club(recovering());
  Guest cook(club, 1);
  cook.opens();
  cook.says("0/kitchen,");
  EXPECT_THAT(cook.hears(),
              ElementsAre(R"(frame 40/kitchen,{"sid":"*","pid":"*"})", R"(frame 42/kitchen,["welcome","cook","*"])"));
  cook.goes();
  EXPECT_THAT(cook.hears(), ElementsAre("close 1000 "));
  Guest again(club, 2);
  again.opens();
  again.says(of(cook).comes_back("/kitchen,"));
  EXPECT_THAT(again.hears(), ElementsAre(R"(frame 40/kitchen,{"sid":"*","pid":"*"})"));
}

TEST(Resume, WhoComesBackBeforeItsLossWasNoticedEndsItsOldSocket) {
  Loud club;
  Guest guest(club, 1);
  guest.connects();
  club.shouts("a");
  EXPECT_EQ(guest.hears().size(), 1u);
  Guest again(club, 2);
  again.opens();
  again.says(of(guest).comes_back());
  EXPECT_THAT(again.hears(), ElementsAre(kNew));
  EXPECT_THAT(guest.hears(), ElementsAre("close 4409 resumed on another connection, take the rest",
                                         "close 4409 resumed on another connection"));
  EXPECT_TRUE(guest.is_over());
  club.shouts("b");
  EXPECT_THAT(again.hears(), ElementsAre(shouted("b")));
}

TEST(Resume, OfOneNamespaceLeavesTheOthersOfTheOldSocketAlone) {
  Loud club;
  Guest guest(club, 1);
  guest.connects();
  guest.says("0/staff,");
  const Memory main = of(guest);
  EXPECT_EQ(guest.hears().size(), 1u);
  club.shouts("a");
  EXPECT_EQ(guest.hears().size(), 1u);
  Guest again(club, 2);
  again.opens();
  again.says(Memory{main.sid, main.pid, guest.offset}.comes_back());
  EXPECT_THAT(again.hears(), ElementsAre(kNew));
  guest.says(R"(2/staff,["who"])");
  guest.says(R"(2["who"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42/staff,["who","waiter","*"])"));
}

TEST(Resume, OfOneNamespaceDoesNotHideWhyTheOtherEnded) {
  Loud club;
  Guest guest(club, 1);
  guest.connects();
  const Memory main = of(guest);
  club.shouts("a");
  EXPECT_EQ(guest.hears().size(), 1u);
  const std::string offset = guest.offset;
  guest.says("0/staff,");
  EXPECT_EQ(guest.hears().size(), 1u);
  Guest again(club, 2);
  again.opens();
  guest.says(R"(2/staff,["bye"])");
  again.says(Memory{main.sid, main.pid, offset}.comes_back());
  EXPECT_THAT(guest.hears(), ElementsAre("frame 41/staff,", "close 4000 enough, take the rest", "close 4000 enough"));
  EXPECT_THAT(again.hears(), ElementsAre(kNew));
  EXPECT_EQ(again.sid, main.sid);
}

TEST(Resume, ItsPlaceIsThatOfTheNewConnection) {
  Loud club(recovering(), 3);
  const Memory memory = heard_and_lost(club);
  EXPECT_EQ(club.census->counts().by_profile.at("club"), 2u);
  Guest again(club, 2);
  again.opens();
  EXPECT_EQ(club.census->counts().by_profile.at("club"), 3u);
  again.says(memory.comes_back());
  EXPECT_EQ(again.hears().size(), 1u);
  EXPECT_EQ(club.census->counts().by_profile.at("club"), 2u);
}

TEST(Resume, IsRefusedToWhoDoesNotKnowTheKeyOrTheNamespace) {
  Loud club;
  const Memory memory = heard_and_lost(club);
  Guest stranger(club, 2);
  stranger.opens();
  Memory guessed = memory;
  guessed.pid.back() = guessed.pid.back() == 'A' ? 'Q' : 'A';
  stranger.says(guessed.comes_back());
  EXPECT_THAT(stranger.hears(), ElementsAre(kNew));
  EXPECT_NE(stranger.sid, memory.sid);
  stranger.says(memory.comes_back("/staff,"));
  EXPECT_THAT(stranger.hears(), ElementsAre(R"(frame 40/staff,{"sid":"*","pid":"*"})"));
  EXPECT_NE(stranger.sid, memory.sid);
  EXPECT_EQ(club.host.sessions().size(), 4u) << "the session waits on";
  Guest again(club, 3);
  again.opens();
  again.says(memory.comes_back());
  EXPECT_THAT(again.hears(), ElementsAre(kNew));
  EXPECT_EQ(again.sid, memory.sid);
}

TEST(Resume, WhatWasRefusedIsNotAmongWhatTheClientConnectsWith) {
  Loud club;
  Guest guest(club, 2);
  guest.opens();
  guest.says(R"(0{"pid":"nobody's","table":7,"offset":"1"})");
  EXPECT_THAT(guest.hears(), ElementsAre(kNew));
  guest.says(R"(2["auth"])");
  EXPECT_THAT(guest.hears(), ElementsAre(R"(frame 42["auth",{"table":7},"*"])"));
}

TEST(Resume, IsRefusedWhereNobodyKnowsWhatWasMissed) {
  Loud club;
  Memory memory = heard_and_lost(club);
  memory.offset = "1";
  Guest again(club, 2);
  again.opens();
  again.says(memory.comes_back());
  EXPECT_THAT(again.hears(), ElementsAre(kNew));
  EXPECT_NE(again.sid, memory.sid);
  EXPECT_EQ(club.host.sessions().size(), 2u) << "the old one has ended";
}

TEST(Resume, NobodyIsWaitedForLongerThanThat) {
  Loud club;
  const Memory memory = heard_and_lost(club);
  for (int i = 0; i < 3; ++i) {  // the other one lives on
    club.host.pass(Millis(i < 2 ? 20'000 : 19'999));
    club.other.peer().says(9, "3");
    club.other.hears();
  }
  EXPECT_EQ(club.host.sessions().size(), 2u);
  club.host.pass(Millis(2));
  EXPECT_EQ(club.host.sessions().size(), 1u);
  Guest again(club, 2);
  again.opens();
  again.says(memory.comes_back());
  EXPECT_THAT(again.hears(), ElementsAre(kNew));
  EXPECT_NE(again.sid, memory.sid);
}

TEST(Resume, NobodyIsWaitedForWhoHasLeftOrBrokenTheConversation) {
  for (const char* last : {"1", "9", "2[]"}) {
    Loud club;
    Guest guest(club, 1);
    guest.connects();
    club.shouts("a");
    EXPECT_EQ(guest.hears().size(), 1u);
    guest.says(last);
    guest.hears();
    EXPECT_EQ(club.host.sessions().size(), 1u) << last;
  }
}

TEST(Resume, WhoSaidTooMuchAtOnceMayComeBackWhateverElseItHadSaid) {
  Loud club;
  Guest guest(club, 1);
  guest.connects();
  club.shouts("a");
  EXPECT_EQ(guest.hears().size(), 1u);
  guest.says(R"(51-["echo",{"_placeholder":true,"num":0}])");
  guest.sends(std::string(300, 'x'));
  guest.says(R"(2["who"])");
  EXPECT_THAT(guest.hears(),
              ElementsAre("close 1009 limit message_bytes, take the rest", "close 1009 limit message_bytes"));
  const std::string sid = guest.sid;
  Guest again(club, 2);
  again.opens();
  again.says(of(guest).comes_back());
  EXPECT_THAT(again.hears(), ElementsAre(kNew));
  EXPECT_EQ(again.sid, sid);
}

TEST(Resume, ClientsOfRevision3HearNoOffsetsAndAreNotWaitedFor) {
  Loud club;
  Guest old(club, 1, Revision::v3);
  EXPECT_THAT(old.opens().greeting(), ElementsAre("frame 40"));
  club.shouts("a");
  EXPECT_THAT(old.hears(), ElementsAre(R"(frame 42["shout","a"])"));
  old.goes();
  EXPECT_THAT(old.hears(), ElementsAre("close 1000 "));
  EXPECT_EQ(club.host.sessions().size(), 1u);
}

TEST(Resume, AShutdownWaitsForNobody) {
  Loud club;
  Guest guest(club, 1);
  guest.connects();
  club.host.drain(1012, club.gateway.clock.now());
  club.host.pass(Millis(0));
  EXPECT_THAT(guest.hears(), ElementsAre("close 1012 going away, take the rest"));
  EXPECT_THAT(club.other.hears(), ElementsAre("close 1012 going away, take the rest"));
  guest.says(R"(2["shout","last"])");
  guest.goes();
  EXPECT_THAT(guest.hears(), ElementsAre("close 1012 going away"));
  EXPECT_EQ(club.host.sessions().size(), 1u);
}

TEST(ResumeElsewhere, TheSocketMovesToTheSession) {
  Loud club;
  const Memory memory = heard_and_lost(club);
  club.shouts("b");
  Guest again(club, club.there, 2);
  again.opens();
  EXPECT_EQ(club.there.size(), 1u);
  again.says(memory.comes_back());
  EXPECT_EQ(club.there.sessions().size(), 0u);
  EXPECT_THAT(again.hears(), ElementsAre("wait", shouted("b"), kNew, "resume"));
  EXPECT_EQ(again.sid, memory.sid);
  EXPECT_EQ(again.pid, memory.pid);
  EXPECT_EQ(club.there.size(), 0u);
  EXPECT_EQ(club.host.size(), 2u);
  EXPECT_EQ(club.there.sessions().size(), 0u);
  again.says(R"(2["who"])");
  EXPECT_THAT(again.hears(), ElementsAre("wait", R"(frame 42["who","guest","*"])", "resume"));
  club.shouts("c");
  EXPECT_THAT(again.hears(), ElementsAre(shouted("c")));
  again.goes();
  EXPECT_THAT(again.hears(), ElementsAre("close 1000 "));
  EXPECT_EQ(club.host.size(), 1u);
}

TEST(ResumeElsewhere, WhatIsSentMeanwhileIsTakenThereInOrder) {
  Loud club;
  const Memory memory = heard_and_lost(club);
  Guest again(club, club.there, 2);
  again.peer().begins_to_poll(2);
  EXPECT_EQ(again.hears(2).size(), 1u);
  again.peer().posts(3, '4' + memory.comes_back() +
                            "\x1e"
                            R"(42["who"])"
                            "\x1e"
                            R"(451-["echo",{"_placeholder":true,"num":0}])"
                            "\x1e"
                            "beA==\x1e"
                            "40/staff,");
  club.there.attend();  // it is on its way
  again.peer().polls(4);
  EXPECT_THAT(again.hears(3), ElementsAre("200 ok"));
  EXPECT_THAT(
      again.hears(4),
      ElementsAre(R"(200 40{"sid":"*","pid":"*"} | 42["who","guest","*"] | )"
                  R"(451-["echo",{"_placeholder":true,"num":0},"*"] | beA== | 40/staff,{"sid":"*","pid":"*"})"));
  EXPECT_EQ(club.there.sessions().size(), 0u);
  EXPECT_EQ(club.host.sessions().size(), 3u);
}

TEST(ResumeElsewhere, WhereItIsRefusedThereIsANewSessionThere) {
  Loud club;
  Memory memory = heard_and_lost(club);
  memory.offset = "1";
  Guest again(club, club.there, 2);
  again.opens();
  again.says(memory.comes_back());
  EXPECT_THAT(again.hears(), ElementsAre("wait", kNew, "resume"));
  EXPECT_NE(again.sid, memory.sid);
  EXPECT_EQ(club.there.sessions().size(), 0u);
  EXPECT_EQ(club.host.sessions().size(), 2u);
}

TEST(ResumeElsewhere, AClientThatHasASessionHereStaysHere) {
  Loud club;
  const Memory memory = heard_and_lost(club);
  Guest again(club, club.there, 2);
  again.opens();
  again.says("0/staff,");
  again.says(memory.comes_back());
  EXPECT_THAT(again.hears(), ElementsAre(R"(frame 40/staff,{"sid":"*","pid":"*"})", kNew));
  EXPECT_NE(again.sid, memory.sid);
  EXPECT_EQ(club.there.sessions().size(), 2u);
  EXPECT_EQ(club.there.size(), 1u);
}

TEST(ResumeElsewhere, AKeyOfNoWorkerOfOursMeansANewSession) {
  Club club(recovering());
  Guest guest(club, 1);
  guest.opens();
  guest.says(R"(0{"pid":")" + SecretId::make(7, 0).text() + R"("})");
  EXPECT_THAT(guest.hears(), ElementsAre(kNew));
  EXPECT_EQ(club.host.sessions().size(), 1u);
}

TEST(ResumeElsewhere, TheConnectThatMadeItMoveIsCountedOnce) {
  std::string yaml = with(recovering(), "limits: {", "limits: {events_per_second: 1, events_burst: 1, ");
  Loud club(yaml);
  const Memory memory = heard_and_lost(club);
  Guest again(club, club.there, 2);
  again.opens();
  again.says(memory.comes_back());
  EXPECT_THAT(again.hears(), ElementsAre("wait", kNew, "resume"));
  EXPECT_EQ(again.sid, memory.sid);
}

}  // namespace
}  // namespace polygate::socket_io
