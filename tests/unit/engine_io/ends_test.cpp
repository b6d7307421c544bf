// How a socket ends: each stage that it goes through, and what its connections are told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine_io/listener.h"

namespace polygate::engine_io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kNoSuchId[] = R"(400 {"code":1,"message":"Session ID unknown"})";

TEST(ClientsEnd, AClosePacketReleasesThePoll) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.peer.posts(3,
                  "4a\x1e"
                  "1\x1e"
                  "4b");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 6"));
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 ok"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text a", "closed closed"));
  EXPECT_TRUE(talk.is_over());
}

TEST(ClientsEnd, AClosePacketClosesTheWebSocket) {
  Talk talk;
  talk.on_websocket();
  talk.peer.says(1, "1");
  talk.peer.says(1, "4late");
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 1000 "));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed closed"));
  EXPECT_TRUE(talk.is_over());
}

TEST(ClientsEnd, AWebSocketThatGoesIsTheEnd) {
  Talk talk;
  talk.on_websocket();
  talk.peer.goes(1);
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 1000 "));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
  EXPECT_TRUE(talk.is_over());
}

TEST(ClientsEnd, APollThatGoesIsTheEnd) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.host.turn();
  talk.peer.goes(2);
  talk.peer.polls(3);
  EXPECT_THAT(talk.peer.hears(3), ElementsAre(kNoSuchId));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
  EXPECT_TRUE(talk.is_over());
}

TEST(ClientsEnd, BehindAPollThatGoesWhatIsBeingPostedIsTakenFirst) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.peer.begins_to_post(3);
  talk.peer.goes(2);
  EXPECT_FALSE(talk.is_over());
  talk.peer.begins_to_post(4);
  talk.peer.polls(5);
  EXPECT_THAT(talk.peer.hears(4), IsEmpty()) << "no second one: it is not waited for";
  EXPECT_THAT(talk.peer.hears(5), ElementsAre(kNoSuchId));
  talk.peer.posts(3, "4bye");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 ok"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text bye", "closed lost"));
  EXPECT_TRUE(talk.is_over());
}

TEST(ClientsEnd, BehindAPollThatGoesAPostOfTheSameTurnIsTaken) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.peer.goes(2);
  talk.peer.posts(3, "4bye");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 ok"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text bye", "closed lost"));
}

TEST(ClientsEnd, APostThatGoesTooIsWaitedForNoLonger) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.peer.begins_to_post(3);
  talk.peer.goes(2);
  EXPECT_FALSE(talk.is_over());
  talk.peer.goes(3);
  EXPECT_TRUE(talk.is_over());
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
}

TEST(ClientsEnd, AMessageThatIsNoneBreaksTheConversation) {
  struct Case {
    Revision revision;
    bool text;
    const char* message;
    const char* why;
  };
  for (const Case& one : {Case{Revision::v4, true, "9", "a packet without a type from 0 to 6"},
                          Case{Revision::v4, true, "", "an empty packet"},
                          Case{Revision::v4, true, "2", "a ping from the client, where the server pings"},
                          Case{Revision::v3, true, "3", "a pong from the client, where the client pings"},
                          Case{Revision::v4, true, "0{}", "an open packet from the client"},
                          Case{Revision::v3, false, "a", "a binary packet that is no message"}}) {
    Talk talk(one.revision);
    talk.on_websocket();
    if (one.text) {
      talk.peer.says(1, one.message);
    } else {
      talk.peer.sends(1, one.message);
    }
    EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4400 parse error: " + std::string(one.why)));
    EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost broken"));
    EXPECT_TRUE(talk.is_over());
  }
}

TEST(ClientsEnd, UpgradeAndNoopPacketsMeanNothing) {
  Talk talk;
  talk.on_websocket();
  talk.peer.says(1, "5");
  talk.peer.says(1, "6");
  EXPECT_THAT(talk.peer.hears(1), IsEmpty());
  EXPECT_EQ(talk.ears.signs, 2u);
  EXPECT_FALSE(talk.is_over());
}

TEST(OurEnd, APollHearsTheLastWordsAndTheNextOneTheClosePacket) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.says("bye");
  talk.socket().close_soon({4000, "enough"});
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 4bye"));
  EXPECT_THAT(talk.ears.take(), IsEmpty());
  EXPECT_TRUE(talk.socket().ending().is_closing());
  EXPECT_FALSE(talk.socket().ending().takes_rest());
  EXPECT_TRUE(talk.says("too late"));
  talk.peer.posts(3, "4late");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 ok"));
  talk.peer.polls(2);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 1"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed closed"));
  EXPECT_TRUE(talk.is_over());
}

TEST(OurEnd, WithoutLastWordsThePollHearsTheClosePacketAtOnce) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.socket().close_soon({4000, "enough"});
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 1"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed closed"));
  EXPECT_TRUE(talk.is_over());
}

TEST(OurEnd, ThePollThatIsToHearItMayComeLater) {
  Talk talk;
  talk.polling();
  talk.socket().close_soon({4000, "enough"});
  talk.host.turn();
  talk.host.pass(Millis(9'999));
  EXPECT_FALSE(talk.is_over());
  talk.peer.polls(2);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 1"));
  EXPECT_TRUE(talk.is_over());
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed closed"));
}

TEST(OurEnd, TenSecondsAreEnoughForAPoll) {
  Talk talk;
  talk.polling();
  talk.says("bye");
  talk.socket().close_soon({4000, "enough"});
  talk.host.turn();
  talk.host.pass(Millis(9'999));
  EXPECT_FALSE(talk.is_over());
  talk.host.pass(Millis(1));
  EXPECT_TRUE(talk.is_over());
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
  EXPECT_EQ(talk.host.meter().lost, 0u);
}

TEST(OurEnd, APollThatGoesMeanwhileIsTheEnd) {
  Talk talk;
  talk.polling();
  std::string first = "200 4a";
  for (int i = 0; i < 17; ++i) talk.says("a");
  for (int i = 1; i < 16; ++i) first += " | 4a";
  talk.socket().close_soon({4000, "enough"});
  talk.peer.polls(2);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre(first)) << "there is more to fetch";
  talk.peer.polls(3);
  talk.peer.goes(3);
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
  EXPECT_TRUE(talk.is_over());
}

TEST(OurEnd, AClientThatEndsMeanwhileIsHeard) {
  Talk talk;
  talk.polling();
  talk.says("bye");
  talk.socket().close_soon({4000, "enough"});
  talk.host.turn();
  talk.peer.posts(2, "1");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 ok"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed closed"));
}

TEST(OurEnd, AClientThatEndsBehindAMessageIsHeardToo) {
  Talk talk;
  talk.polling();
  talk.says("bye");
  talk.socket().close_soon({4000, "enough"});
  talk.host.turn();
  talk.peer.posts(2,
                  "4late\x1e"
                  "1");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 ok"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed closed"));
}

TEST(OurEnd, WhatTheWebSocketHasReadIsTakenFirst) {
  Talk talk;
  talk.on_websocket();
  talk.says("bye");
  talk.socket().close_soon({4000, "enough"});
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("frame 4bye", "close 4000 enough, take the rest"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closing closed"));
  EXPECT_TRUE(talk.socket().ending().takes_rest());
  talk.peer.says(1, "4read before");
  EXPECT_TRUE(talk.says("too late"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text read before"));
  talk.ears.is_full = true;
  talk.peer.says(1, "4this too");
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("wait"));
  talk.ears.is_full = false;
  talk.socket().resume_input();
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("resume"));
  talk.peer.goes(1);
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4000 enough"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text this too", "closed lost"));
  EXPECT_TRUE(talk.is_over());
}

TEST(OurEnd, AUserThatHasTakenAllSaysSo) {
  Talk talk;
  talk.on_websocket();
  talk.socket().close_soon({4000, "enough"});
  talk.host.turn();
  talk.socket().end(session::Gone::closed);
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4000 enough, take the rest", "close 4000 enough"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closing closed", "closed closed"));
  EXPECT_TRUE(talk.is_over());
}

TEST(OurEnd, WhatWasReadIsTakenNoLongerThanFinishWithin) {
  Talk talk;
  talk.on_websocket();
  talk.host.pass(Millis(24'000));  // the next ping would be due in between
  talk.socket().close_soon({4000, "enough"});
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4000 enough, take the rest"));
  talk.host.pass(Millis(3'999));
  EXPECT_THAT(talk.peer.hears(1), IsEmpty());
  EXPECT_FALSE(talk.is_over());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4000 enough"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closing closed", "closed lost"));
  EXPECT_EQ(talk.host.meter().lost, 0u);
}

TEST(OurEnd, TheFirstCodeCounts) {
  Talk talk;
  talk.on_websocket();
  talk.socket().close_soon({4001, "first"});
  talk.socket().close_soon({4002, "second"});
  talk.host.turn();
  talk.socket().close_soon({4003, "third"});
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4001 first, take the rest"));
}

TEST(OurEnd, ABrokenConversationEndsWithTheTurnAndNothingMoreIsTaken) {
  Talk talk;
  talk.on_websocket();
  talk.socket().close_soon({4001, "first"});
  talk.socket().close_soon({4400, "nonsense", true});
  EXPECT_THAT(talk.ears.take(), IsEmpty()) << "others are on the stack";
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4400 nonsense"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost broken"));
}

/// By close code.
using Closes = std::map<std::uint16_t, std::uint64_t>;

TEST(Counted, IsAConversationThatIsBrokenOnce) {
  Talk talk;
  talk.polling();
  talk.peer.posts(2, "9");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 ok"));
  EXPECT_EQ(talk.host.meter().closes, (Closes{{4400, 1}}));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost broken"));
}

TEST(Counted, IsAClientThatIsTooSlowForAPingOrAPong) {
  Talk polls;
  polls.polling();
  polls.says(std::string(9'000, 'x'));
  polls.host.pass(Millis(25'000));
  polls.peer.polls(2);
  polls.peer.hears(2);
  EXPECT_EQ(polls.host.meter().closes, (Closes{{1013, 1}}));
  Talk talk(Revision::v3);
  talk.on_websocket();
  talk.gateway.full.insert(1);
  talk.peer.says(1, "2");
  talk.peer.says(1, "2");
  EXPECT_EQ(talk.host.meter().closes, (Closes{{1013, 1}}));
  EXPECT_EQ(talk.peer.hears(1).size(), 1u);
}

TEST(Counted, IsAWebSocketThatDoesNotTakeWhatWaitedForPolls) {
  Talk talk;
  talk.polling();
  talk.peer.upgrades(3);
  talk.peer.says(3, "2probe");
  talk.says("a");
  talk.gateway.full.insert(3);
  talk.peer.says(3, "5");
  EXPECT_EQ(talk.host.meter().closes, (Closes{{1013, 1}}));
  EXPECT_EQ(talk.peer.hears(3).size(), 3u);
}

TEST(Counted, IsNotWhatASessionWants) {
  Talk talk;
  talk.on_websocket();
  talk.socket().close_soon({4000, "enough"});
  talk.peer.says(1, "9");
  EXPECT_EQ(talk.peer.hears(1).size(), 1u);
  EXPECT_EQ(talk.host.meter().closes, Closes{}) << "the session has counted its own";
}

TEST(OurEnd, ClientsOfRevision3HearNoCodesThatTheyDoNotKnow) {
  for (const auto& [said, heard] : std::map<std::uint16_t, std::string>{
           {1011, "1011"}, {1012, "1001"}, {1013, "1001"}, {1014, "1001"}, {4000, "4000"}}) {
    Talk talk(Revision::v3);
    talk.on_websocket();
    talk.socket().close_soon({said, "x"});
    EXPECT_THAT(talk.peer.hears(1), ElementsAre("close " + heard + " x, take the rest"));
  }
}

TEST(OurEnd, ASlowWebSocketIsToldToItsUser) {
  Talk talk;
  talk.on_websocket();
  talk.gateway.full.insert(1);
  EXPECT_FALSE(talk.says("a"));
  EXPECT_FALSE(talk.socket().has_room());
  talk.peer.reads_slowly(1);
  EXPECT_THAT(talk.ears.take(), ElementsAre("too slow"));
}

TEST(OurEnd, APongThatDoesNotFitIsOfASlowClient) {
  Talk talk(Revision::v3);
  talk.on_websocket();
  talk.gateway.full.insert(1);
  talk.peer.says(1, "2");
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 1001 slow consumer: limit outbox_bytes, take the rest"));
}

TEST(Shutdown, SaysGoodbyeWhenItIsTold) {
  Talk talk;
  talk.on_websocket();
  talk.host.drain(1012, talk.gateway.clock.now() + Millis(700));
  talk.host.pass(Millis(699));
  EXPECT_THAT(talk.peer.hears(1), IsEmpty());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 1012 going away, take the rest"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closing closed"));
  EXPECT_EQ(talk.host.meter().closes, (std::map<std::uint16_t, std::uint64_t>{{1012, 1}}));
}

TEST(Shutdown, APollIsAnsweredAndWhoDoesNotPollIsNotWaitedFor) {
  Talk polls;
  polls.polling();
  polls.peer.polls(2);
  polls.host.drain(1012, polls.gateway.clock.now());
  polls.host.pass(Millis(0));
  EXPECT_THAT(polls.peer.hears(2), ElementsAre("200 1"));
  EXPECT_THAT(polls.ears.take(), ElementsAre("closed closed"));
  Talk silent;
  silent.polling();
  silent.host.drain(1012, silent.gateway.clock.now());
  silent.host.pass(Millis(0));
  EXPECT_THAT(silent.ears.take(), ElementsAre("closed closed"));
  EXPECT_TRUE(silent.is_over());
}

TEST(Shutdown, WhatIsBeingTakenIsStillTaken) {
  Talk talk;
  talk.on_websocket();
  talk.socket().close_soon({4000, "enough"});
  talk.host.turn();
  talk.host.drain(1012, talk.gateway.clock.now());
  talk.host.pass(Millis(0));
  talk.peer.says(1, "4read before");
  EXPECT_THAT(talk.ears.take(), ElementsAre("closing closed", "text read before"));
  talk.host.pass(Millis(3'999));
  EXPECT_FALSE(talk.is_over());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4000 enough, take the rest", "close 4000 enough"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
}

TEST(Shutdown, LastWordsThatWaitForAPollHaveAShortTimeFromThen) {
  Talk talk;
  talk.polling();
  talk.says("bye");
  talk.socket().close_soon({4000, "enough"});
  talk.host.turn();
  talk.host.drain(1012, talk.gateway.clock.now());
  talk.host.pass(Millis(1'499));
  EXPECT_FALSE(talk.is_over());
  talk.host.pass(Millis(1));
  EXPECT_TRUE(talk.is_over());
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
}

TEST(Shutdown, LastWordsMayBeFetchedForAShortTime) {
  Talk talk;
  talk.polling();
  talk.says("bye");
  talk.host.drain(1012, talk.gateway.clock.now());
  talk.host.pass(Millis(0));
  talk.host.turn();
  talk.host.pass(Millis(1'499));
  EXPECT_FALSE(talk.is_over());
  talk.host.pass(Millis(1));
  EXPECT_TRUE(talk.is_over());
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
}

}  // namespace
}  // namespace polygate::engine_io
