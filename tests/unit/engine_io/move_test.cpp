// A socket goes to another worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine_io/listener.h"

namespace polygate::engine_io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Move, WhatIsSaidOnTheWayIsTakenThereInOrder) {
  Talk talk;
  TestHost there(talk.gateway, 1);
  talk.host.knows(there);
  there.knows(talk.host);
  talk.on_websocket();
  EXPECT_FALSE(talk.socket().leave_for(2, "x")) << "no such worker";
  EXPECT_TRUE(talk.socket().leave_for(1, "first"));
  talk.peer.says(1, "4second");
  EXPECT_THAT(talk.ears.take(), IsEmpty());
  talk.host.attend();
  EXPECT_EQ(talk.host.size(), 0u);
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("wait", "resume"));
  talk.peer.sends(1, "third");
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("wait", "resume"));
  EXPECT_THAT(talk.ears.take(), ElementsAre("arrived", "text first", "text second", "binary third"));
  EXPECT_EQ(there.size(), 1u);
  EXPECT_FALSE(there.find(talk.peer.id())->leave_for(0, "back")) << "it moves once";
  there.find(talk.peer.id())->push(message_of("here"), 0);
  EXPECT_THAT(talk.peer.hears(1), ElementsAre("frame 4here"));
}

TEST(Move, APostIsAnsweredFromThereAndWhatWaitsForPollsGoesAlong) {
  Talk talk;
  TestHost there(talk.gateway, 1);
  talk.host.knows(there);
  talk.polling();
  talk.says("before");
  const std::uint64_t waits = talk.host.meter().outbox_bytes;
  talk.peer.posts(2, "4a");
  talk.socket().leave_for(1, "first");
  talk.peer.posts(3,
                  "4b\x1e"
                  "bAAA=\x1e"
                  "4c");
  talk.host.attend();
  EXPECT_EQ(talk.host.meter().outbox_bytes, 0u);
  EXPECT_THAT(std::exchange(talk.gateway.lines[2], {}), ElementsAre("200 ok"));
  EXPECT_THAT(talk.gateway.lines[3], IsEmpty());
  EXPECT_THAT(talk.peer.hears(3), ElementsAre("200 ok"));
  EXPECT_EQ(there.meter().outbox_bytes, waits);
  talk.peer.polls(4);
  EXPECT_THAT(talk.peer.hears(4), ElementsAre("200 4before"));
  EXPECT_THAT(talk.ears.take(),
              ElementsAre("text a", "arrived", "text first", "text b", "binary " + std::string(2, '\0'), "text c"));
  talk.peer.goes(4);
  talk.host.pass(Millis(25'000));
  talk.peer.polls(4);
  EXPECT_THAT(talk.peer.hears(4), ElementsAre("200 2")) << "its timers have come along";
}

}  // namespace
}  // namespace polygate::engine_io
