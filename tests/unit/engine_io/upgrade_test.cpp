// From polling to a WebSocket (engine.io-protocol, "Upgrade"): nothing is lost, and nothing overtakes.
#include "gateway/engine_io/upgrade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine_io/listener.h"

namespace polygate::engine_io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kOk[] = "200 ok";

/// A client that polls over 2 and has sent the probe over 3.
struct Probed : Talk {
  explicit Probed(Revision revision = Revision::v4) : Talk(revision) {
    polling();
    peer.upgrades(3);
    peer.says(3, "2probe");
    EXPECT_THAT(peer.hears(3), ElementsAre("accept", "say 3probe"));
  }
};

TEST(Upgrade, IsDoneWithFiveBehindTheProbeAndAbandonedByAllElse) {
  TestGateway gateway(kPlain);
  TestHost host(gateway);
  Upgrade good(host, WebSocket(connection(3), Revision::v4), gateway.clock.now());
  EXPECT_EQ(good.message(host, true, "2probe"), Upgrade::Step::probed);
  EXPECT_TRUE(good.is_probed());
  EXPECT_EQ(good.message(host, true, "5"), Upgrade::Step::done);
  EXPECT_THAT(std::exchange(gateway.lines[3], {}), ElementsAre("accept", "say 3probe"));
  Upgrade hasty(host, WebSocket(connection(4), Revision::v4), gateway.clock.now());
  EXPECT_EQ(hasty.message(host, true, "5"), Upgrade::Step::abandoned);
  EXPECT_THAT(std::exchange(gateway.lines[4], {}), ElementsAre("accept", "close 1000 "));
}

TEST(Upgrade, TheProbeIsAnsweredAndEndsThePollThatWaits) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.peer.upgrades(3);
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("accept"));
  EXPECT_THAT(talk.peer.hears(2), IsEmpty());
  talk.peer.says(3, "2probe");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("say 3probe"));
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 6"));
  talk.peer.polls(4);
  EXPECT_THAT(talk.peer.hears(4), ElementsAre("200 6")) << "so is one that comes later";
}

TEST(Upgrade, WhatWaitsIsTheAnswerToThePollRatherThanNothing) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.peer.upgrades(3);
  talk.says("a");
  talk.peer.says(3, "2probe");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 4a"));
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("accept", "say 3probe"));
}

TEST(Upgrade, WhatWaitedGoesToTheWebSocketInOrder) {
  Probed talk;
  talk.says("a");
  talk.says("b");
  EXPECT_THAT(talk.peer.hears(3), IsEmpty()) << "nothing before `5`";
  talk.peer.says(3, "5");
  talk.says("c");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("frame 4a", "frame 4b", "frame 4c"));
  EXPECT_EQ(talk.host.meter().outbox_bytes, 0u);
  EXPECT_EQ(talk.ears.signs, 1u);
  talk.peer.says(3, "4hello");
  talk.peer.sends(3, "bytes");
  EXPECT_THAT(talk.ears.take(), ElementsAre("text hello", "binary bytes"));
}

TEST(Upgrade, APollThatIsParkedWhenItIsDoneHasItsAnswer) {
  Probed talk;
  talk.says("a");
  talk.peer.polls(4);
  talk.peer.says(3, "5");
  EXPECT_THAT(talk.peer.hears(4), ElementsAre("200 4a"));
  EXPECT_THAT(talk.peer.hears(3), IsEmpty());
}

TEST(Upgrade, APostThatWaitsForRoomIsAnsweredWhenItIsDone) {
  Probed talk;
  talk.ears.is_full = true;
  talk.peer.posts(2, "4a");
  EXPECT_THAT(talk.peer.hears(2), IsEmpty());
  talk.peer.says(3, "5");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre(kOk));
  talk.peer.says(3, "4b");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("wait"));
  talk.ears.is_full = false;
  talk.socket().resume_input();
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("resume"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text a", "text b"));
}

TEST(Upgrade, WhoWaitsForAnEmptyOutboxWaitsForTheWebSocketNow) {
  Probed talk;
  talk.says("a");
  talk.ears.asks_for_drained = true;
  talk.peer.says(3, "5");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("frame 4a", "drain"));
  EXPECT_THAT(talk.ears.take(), IsEmpty());
}

TEST(Upgrade, WhatDoesNotFitEndsTheSession) {
  Probed talk;
  talk.says("a");
  talk.gateway.full.insert(3);
  talk.peer.says(3, "5");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("close 1013 slow consumer: limit outbox_bytes, take the rest"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closing closed"));
}

TEST(Upgrade, AWrongMessageAbandonsItAndPollingGoesOn) {
  struct Case {
    bool probes;
    bool text;
    const char* message;
  };
  for (const Case& wrong : {Case{false, true, "4hello"}, Case{false, true, "5"}, Case{false, false, "2probe"},
                            Case{true, true, "2probe"}, Case{true, true, "4hello"}, Case{true, false, "5"}}) {
    Talk talk;
    talk.polling();
    talk.peer.upgrades(3);
    if (wrong.probes) talk.peer.says(3, "2probe");
    talk.peer.hears(3);
    if (wrong.text) {
      talk.peer.says(3, wrong.message);
    } else {
      talk.peer.sends(3, wrong.message);
    }
    EXPECT_THAT(talk.peer.hears(3), ElementsAre("close 1000 ")) << wrong.message;
    talk.peer.says(3, "5");
    talk.peer.polls(2);
    EXPECT_THAT(talk.peer.hears(2), IsEmpty()) << wrong.message;
    talk.says("a");
    EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 4a"));
    EXPECT_THAT(talk.ears.take(), IsEmpty());
    talk.peer.upgrades(4);
    EXPECT_THAT(talk.peer.hears(4), ElementsAre("accept")) << "it may try again";
  }
}

TEST(Upgrade, IsAbandonedWhenItTakesTooLong) {
  for (const bool probes : {false, true}) {
    Talk talk;
    talk.polling();
    talk.peer.upgrades(3);
    if (probes) talk.peer.says(3, "2probe");
    talk.peer.hears(3);
    talk.host.pass(Millis(4'999));
    EXPECT_THAT(talk.peer.hears(3), IsEmpty());
    talk.host.pass(Millis(1));
    EXPECT_THAT(talk.peer.hears(3), ElementsAre("close 1000 "));
    talk.peer.polls(2);
    talk.says("a");
    EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 4a"));
    EXPECT_THAT(talk.ears.take(), IsEmpty());
  }
}

TEST(Upgrade, ASecondOneIsBusy) {
  Probed talk;
  talk.peer.upgrades(4);
  EXPECT_THAT(talk.peer.hears(4), ElementsAre("busy"));
  talk.peer.says(3, "5");
  talk.peer.upgrades(5);
  talk.says("a");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("frame 4a"));
  EXPECT_THAT(talk.peer.hears(5), ElementsAre("busy"));
}

TEST(Upgrade, WhoseConnectionGoesIsForgotten) {
  Probed talk;
  talk.peer.goes(3);
  talk.peer.polls(2);
  EXPECT_THAT(talk.peer.hears(2), IsEmpty());
  talk.peer.upgrades(4);
  EXPECT_THAT(talk.peer.hears(4), ElementsAre("accept"));
  talk.says("a");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 4a"));
}

TEST(Upgrade, OfAnotherRevisionOrOfASessionThatEndsIsRefused) {
  Talk talk;
  talk.polling();
  Input other;
  other.kind = Input::Kind::upgrade;
  other.to = talk.peer.id();
  other.from = connection(3);
  other.revision = Revision::v3;
  talk.host.tell(std::move(other));
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("refuse Bad request"));
  talk.says("a");
  talk.socket().close_soon({4000, "bye"});
  EXPECT_FALSE(talk.is_over());
  talk.peer.upgrades(4);
  EXPECT_THAT(talk.peer.hears(4), ElementsAre("refuse Session ID unknown"));
}

TEST(Upgrade, APollThatIsLostOnTheWayIsNoEnd) {
  Probed talk;
  talk.peer.polls(2);
  talk.peer.goes(2);
  talk.peer.says(3, "5");
  EXPECT_FALSE(talk.is_over());
  talk.says("a");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("frame 4a"));
}

TEST(Upgrade, WhatIsPostedMeanwhileIsTakenFirst) {
  Probed talk;
  talk.peer.posts(2, "4a");
  talk.peer.says(3, "5");
  talk.peer.says(3, "4b");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre(kOk));
  EXPECT_THAT(talk.ears.take(), ElementsAre("text a", "text b"));
}

TEST(Upgrade, AnEndWaitsForIt) {
  Probed talk;
  talk.says("bye");
  talk.socket().close_soon({4000, "enough"});
  EXPECT_THAT(talk.peer.hears(3), IsEmpty());
  EXPECT_TRUE(talk.socket().ending().is_decided());
  talk.peer.says(3, "5");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("frame 4bye", "close 4000 enough, take the rest"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closing closed"));
}

TEST(Upgrade, AnEndWaitsNoLongerThanItMayTake) {
  Probed talk;
  talk.socket().close_soon({4000, "enough"});
  talk.host.turn();
  talk.host.pass(Millis(4'999));
  EXPECT_FALSE(talk.is_over());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("close 1000 "));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
  EXPECT_TRUE(talk.is_over());
}

TEST(Upgrade, AShutdownWaitsForItAsLongAsForLastWords) {
  Probed talk;
  talk.host.drain(1012, talk.gateway.clock.now());
  talk.host.pass(Millis(0));
  talk.host.turn();
  talk.host.pass(Millis(1'499));
  EXPECT_FALSE(talk.is_over());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("close 1000 "));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
}

TEST(Upgrade, ThatHasNotBegunIsAbandonedByAnEnd) {
  Talk talk;
  talk.polling();
  talk.peer.upgrades(3);
  talk.says("bye");
  talk.socket().close_soon({4000, "enough"});
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("accept", "close 1000 "));
  talk.peer.polls(2);
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 4bye"));
}

TEST(Upgrade, TheEndOfTheSessionIsItsEnd) {
  Probed talk;
  talk.says("a");
  talk.peer.posts(2, "1");
  talk.peer.says(3, "5");
  EXPECT_THAT(talk.peer.hears(2), ElementsAre(kOk));
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("close 1000 "));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed closed"));
}

}  // namespace
}  // namespace polygate::engine_io
