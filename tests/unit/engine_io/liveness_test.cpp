// Signs of life: who pings, who answers, and when a client is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine_io/listener.h"

namespace polygate::engine_io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kNobody[] = R"(400 {"code":1,"message":"Session ID unknown"})";

TEST(Liveness, ThePollIsAnsweredWithAPingAndThePongIsTheNextSign) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.host.pass(Millis(24'999));
  EXPECT_THAT(talk.peer.hears(2), IsEmpty());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 2"));
  talk.peer.polls(2);
  talk.host.pass(Millis(19'999));
  talk.peer.posts(3, "3");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 ok"));
  talk.host.pass(Millis(24'999));
  EXPECT_THAT(talk.peer.hears(2), IsEmpty());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 2"));
  EXPECT_EQ(talk.host.meter().lost, 0u);
}

TEST(Liveness, AClientThatPollsAndDoesNotAnswerIsLost) {
  Talk talk;
  talk.polling();
  talk.peer.polls(2);
  talk.host.pass(Millis(25'000));
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 2"));
  talk.peer.polls(3);
  talk.host.pass(Millis(19'999));
  EXPECT_FALSE(talk.is_over());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 1"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
  EXPECT_EQ(talk.host.meter().lost, 1u);
  EXPECT_TRUE(talk.is_over());
}

TEST(Liveness, AWebSocketIsPingedBeforeWhatWaitsAndEndsWith4408) {
  Talk talk;
  talk.on_websocket();
  talk.host.pass(Millis(25'000));
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("say 2"));
  talk.peer.says(1, "3");
  talk.host.pass(Millis(25'000));
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("say 2"));
  talk.host.pass(Millis(20'000));
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4408 ping timeout, take the rest"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closing lost"));
  EXPECT_EQ(talk.host.meter().lost, 1u);
  talk.peer.goes(1);
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4408 ping timeout"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
}

TEST(Liveness, ClientsOfRevision3PingAndTheServerAnswers) {
  Talk talk(Revision::v3);
  talk.on_websocket();
  talk.peer.says(1, "2");
  talk.peer.says(1, "2probe");
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("frame 3", "frame 3probe"));
  talk.host.pass(Millis(84'999));
  EXPECT_THAT(talk.peer.hears(1), IsEmpty());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4408 ping timeout, take the rest"));
}

TEST(Liveness, APollingClientOfRevision3HearsItsPongWithItsPoll) {
  Talk talk(Revision::v3);
  talk.polling();
  talk.peer.polls(2);
  talk.host.pass(Millis(60'000));
  talk.peer.posts(3, "1:2");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 ok"));
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 1:3"));
  talk.peer.polls(2);
  talk.host.pass(Millis(84'999));
  EXPECT_FALSE(talk.is_over());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.peer.hears(2), ElementsAre("200 1:1"));
  EXPECT_TRUE(talk.is_over());
}

TEST(Liveness, APongThatMayWaitForRoomHasItsTimeAnew) {
  Talk talk;
  talk.on_websocket();
  talk.host.pass(Millis(25'000));
  talk.ears.is_full = true;
  talk.host.pass(Millis(20'000));
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("say 2"));
  talk.ears.is_full = false;
  talk.host.pass(Millis(19'999));
  EXPECT_THAT(talk.peer.hears(1), IsEmpty());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("close 4408 ping timeout, take the rest"));
}

TEST(Liveness, WhatIsDueIsTakenBeforeWhatIsSaidThen) {
  Talk talk;
  talk.polling();
  talk.host.pass(Millis(25'000));
  talk.host.turn();
  talk.gateway.clock.advance(Millis(20'000));  // and the timer is late
  talk.peer.posts(3, "3");
  EXPECT_THAT(talk.peer.hears(3), ElementsAre(kNobody));
  EXPECT_THAT(talk.ears.take(), ElementsAre("closed lost"));
}

TEST(Liveness, WhoIsAskedForIsPingedNow) {
  Talk fourth;
  fourth.on_websocket();
  fourth.socket().ask();
  fourth.socket().ask();
  EXPECT_THAT(fourth.peer.hears(1), ElementsAre("say 2")) << "once";
  fourth.host.pass(Millis(20'000));
  EXPECT_THAT(fourth.peer.hears(1), ElementsAre("close 4408 ping timeout, take the rest")) << "the host was told";

  Talk third(Revision::v3);
  third.on_websocket();
  third.socket().ask();
  EXPECT_THAT(third.peer.hears(1), ElementsAre("ping"));
  third.peer.shows_life(1);
  EXPECT_EQ(third.ears.signs, 1u);

  Talk polls(Revision::v3);
  polls.polling();
  polls.peer.polls(2);
  polls.host.turn();
  polls.socket().ask();
  EXPECT_THAT(polls.peer.hears(2), ElementsAre("200 1:6"));
  EXPECT_EQ(polls.ears.signs, 1u) << "the first poll";
  polls.peer.polls(2);
  EXPECT_EQ(polls.ears.signs, 2u) << "it asks again: it is there";
}

TEST(Liveness, WhatTheUserWaitsForIsOverOnce) {
  Talk talk;
  talk.ears.due = talk.gateway.clock.now() + Millis(3'000);
  talk.polling();
  talk.host.pass(Millis(2'999));
  EXPECT_THAT(talk.ears.take(), IsEmpty());
  talk.host.pass(Millis(1));
  EXPECT_THAT(talk.ears.take(), ElementsAre("time is over"));
  talk.host.pass(Millis(10'000));
  EXPECT_THAT(talk.ears.take(), IsEmpty());
}

}  // namespace
}  // namespace polygate::engine_io
