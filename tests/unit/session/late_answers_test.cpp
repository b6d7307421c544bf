// Sessions while the answers of the Exchange are on their way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/session/late_table.h"

namespace polygate::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

class LateAnswers : public test::LateTable {};

TEST_F(LateAnswers, AReplyWaitsForItsRulesJoins) {
  open("a");
  say("a", "join");
  EXPECT_FALSE(present(room_));
  turn();
  EXPECT_TRUE(present(room_));
  EXPECT_THAT(heard("a"), IsEmpty());
  turn();
  EXPECT_THAT(heard("a"), ElementsAre("join ok"));
}

TEST_F(LateAnswers, AReplyWaitsForWhatItsRuleLeavesToo) {
  open("a");
  say("a", "join");
  settle();
  say("a", "leave");
  turn();
  EXPECT_FALSE(present(room_));
  EXPECT_THAT(heard("a"), ElementsAre("join ok"));
  turn();
  EXPECT_THAT(heard("a"), ElementsAre("leave ok"));
}

TEST_F(LateAnswers, ARulesOwnSendToATopicThatItJoinsIsHeardOnceBehindTheReply) {
  open("a");
  open("b");
  say("b", "join");
  settle();
  heard("b");
  say("a", "enter 1");
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("enter ok", "enter 1"));
  EXPECT_THAT(heard("b"), ElementsAre("enter 1"));
}

TEST_F(LateAnswers, WhatIsKeptAndWhatIsSaidBeforeTheAnswerComeBehindTheReplyInTheOrderOfTheTopic) {
  open("a");
  open("b");
  for (const char* message : {"join", "keep 1", "keep 2"}) say("b", message);
  settle();
  say("a", "join");
  publish_elsewhere(room_, "shout before the join");
  turn();
  publish_elsewhere(room_, "shout behind the join");
  EXPECT_THAT(heard("a"), IsEmpty());
  turn();
  EXPECT_THAT(heard("a"), ElementsAre("join ok", "shout 1", "shout 2", "shout behind the join"));
  publish_elsewhere(room_, "shout live");
  EXPECT_THAT(heard("a"), ElementsAre("shout live"));
}

TEST_F(LateAnswers, WhatIsSaidToASessionWhileItsTurnTakesEffectComesBehindTheReply) {
  open("a");
  say("a", "shout to nobody");
  say("a", "join");
  publish_elsewhere(Topic::make(TopicKind::session, "words", "session", sessions_["a"].text()), "hello");
  EXPECT_THAT(heard("a"), IsEmpty());
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("hello", "join ok")) << "the first turn replies nothing";
}

TEST_F(LateAnswers, TurnsOfASessionStayOneAtATimeAndInOrder) {
  open("a");
  for (const char* message : {"join", "say 1", "leave", "enter 2", "here", "leave", "here", "say 3"}) say("a", message);
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("join ok", "say 1", "leave ok", "enter ok", "enter 2", "here ok", "leave ok"))
      << "nobody is there any more, and nothing of this profile says so";
  EXPECT_EQ(peers_["a"].closed, close_code(Reason::absent));
}

TEST_F(LateAnswers, AnotherSessionsTurnsGoOnMeanwhile) {
  open("a");
  open("b");
  say("a", "join");
  say("b", "say 1");
  EXPECT_THAT(heard("b"), ElementsAre("say 1"));
}

TEST_F(LateAnswers, WhenTheLastLeavesAndAnotherJoinsTheTopicIsListenedTo) {
  open("a");
  open("b");
  say("a", "join");
  settle();
  say("a", "leave");
  say("b", "join");
  settle();
  publish_elsewhere(room_, "shout 1");
  heard("a");
  EXPECT_THAT(heard("b"), ElementsAre("join ok", "shout 1"));
  EXPECT_THAT(heard("a"), IsEmpty());
}

TEST_F(LateAnswers, ASessionWhoseConnectionIsOverEndsWhenTheAnswerHasCome) {
  open("a");
  say("a", "join");
  say("a", "shout last words");
  table().hang_up(sessions_["a"], Gone::lost);
  elsewhere_.deliveries.clear();
  here_.join(1, {room_}, 0, {});
  EXPECT_EQ(table().size(), 2u) << "it, and its turn";
  settle();
  EXPECT_EQ(table().size(), 0u);
  ASSERT_EQ(elsewhere_.deliveries.size(), 1u);
  here_.leave(1, room_, {});
  EXPECT_FALSE(present(room_));
}

TEST_F(LateAnswers, ASessionThatHasHadItsTimeIsGoneBeforeTheAnswerComes) {
  profile_->uses_role_topics = true;
  open("young");  // its built-in topics are not known either
  open("a");
  settle();
  open("younger");
  say("a", "enter");
  for (const char* who : {"young", "a", "younger"}) table().hang_up(sessions_[who], Gone::lost);
  clock_.advance(profile_->limits.finish_within + Millis(1));
  table().tick();
  EXPECT_EQ(table().size(), 1u) << "a turn, for nobody";
  settle();
  EXPECT_EQ(table().size(), 0u);
  EXPECT_FALSE(present(room_));
  EXPECT_FALSE(present(Topic::make(TopicKind::joined, "words", "role", "guest")));
}

TEST_F(LateAnswers, OpenedRulesWaitForTheBuiltInTopicsAndWhatTheseKeepComesBehind) {
  profile_->uses_role_topics = true;
  const Topic guests = Topic::make(TopicKind::joined, "words", "role", "guest");
  profile::Rule welcome;
  welcome.from = {0};
  welcome.replies.push_back(reply("welcome"));
  welcome.replies[0].as = text("say");
  profile_->opened.push_back(welcome);
  Exchange::Sending news = sending(guests, "news");
  news.keep = Keep{"news", Millis(0), 10, kMuch};
  publish_now(here_, std::move(news), 1);

  open("a");
  say("a", "say hello");
  EXPECT_THAT(heard("a"), IsEmpty());
  turn();
  publish_elsewhere(guests, "more");
  EXPECT_THAT(heard("a"), IsEmpty());
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("say welcome", "news", "more", "say hello"));
}

TEST_F(LateAnswers, AFrameForAClaimIsHeardOnlyByWhoHoldsItsFence) {
  open("a");
  say("a", "sit");
  settle();
  publish_now(here_, sending(seat_, "first"), 1);
  auto on_its_way = std::exchange(post_.directs, {});
  publish_elsewhere(seat_, "in time");
  EXPECT_THAT(heard("a"), ElementsAre("sit ok", "in time"));
  for (const char* message : {"stand", "sit"}) say("a", message);
  settle();
  for (const Direct& one : on_its_way) table().direct(one);
  publish_elsewhere(seat_, "second");
  EXPECT_THAT(heard("a"), ElementsAre("stand ok", "sit ok", "second"));
}

TEST_F(LateAnswers, AFrameThatComesBeforeTheGainIsKnownIsHeardBehindTheReply) {
  open("a");
  say("a", "sit");
  turn();
  publish_elsewhere(seat_, "early");
  EXPECT_THAT(heard("a"), IsEmpty());
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("sit ok", "early"));
}

TEST_F(LateAnswers, AClaimThatIsLostBeforeItsGainIsKnownEndsTheSession) {
  std::vector<std::string> ends;
  open("a");
  say("a", "sit");
  turn();
  here_.claim(seat_, SessionId{1, 0, 9}, Taken::replace,
              [](const Exchange::Claim& claim) { EXPECT_TRUE(claim.gained); });
  publish_elsewhere(seat_, "for another");
  EXPECT_EQ(peers_["a"].closed, std::nullopt) << "who knows which gain that was";
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("sit ok"));
  EXPECT_THAT(peers_["a"].closed, Optional(close_code(Reason::taken)));
  table().hang_up(sessions_["a"], Gone::closed);
  settle();
  EXPECT_EQ(table().size(), 0u);
  EXPECT_TRUE(present(seat_)) << "it gives back nothing that is another's";
}

TEST_F(LateAnswers, NewsOfAnEarlierLossDoNotTouchALaterGain) {
  open("a");
  say("a", "sit");
  settle();
  say("a", "stand");
  here_.claim(seat_, SessionId{1, 0, 9}, Taken::replace, {});  // before it takes effect
  auto news = std::exchange(post_.directs, {});
  settle();
  say("a", "sit");
  for (const Direct& one : news) table().direct(one);
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("sit ok", "stand ok", "sit ok"));
  EXPECT_EQ(peers_["a"].closed, std::nullopt);
}

TEST_F(LateAnswers, MoreOfWhatIsKeptIsAskedForAndTheRestWaitsBehind) {
  profile_->limits.outbox_bytes = 1'000;
  const auto keep = [&](const std::string& key) {
    Exchange::Sending one = sending(room_, key + std::string(200, '.'));
    one.keep = Keep{key, Millis(0), 100, kMuch};
    publish_now(here_, std::move(one), 1);
  };
  for (const char* key : {"1", "2", "3", "4", "5", "6"}) keep(key);
  open("a");
  say("a", "join");
  std::vector<std::string> all;
  for (int turns = 0; turns < 50; ++turns) {
    if (turns == 3) publish_elsewhere(room_, "live");
    turn();
    if (!all.empty() || !peers_["a"].heard.empty()) table().drained(sessions_["a"]);
    for (const std::string& one : heard("a")) all.push_back(one.substr(0, one.find('.')));
  }
  EXPECT_THAT(all, ElementsAre("join ok", "1", "2", "3", "4", "5", "6", "live"));
}

TEST_F(LateAnswers, WhatASecondJoinFindsComesBehindItsReply) {
  profile_->limits.outbox_bytes = 1'000;
  const profile::TopicText other{"room", text("other"), {}};
  rule("visit", [&](profile::Rule& rule) { rule.join = {other}; });
  const auto keep = [&](const Topic& topic, const std::string& key) {
    Exchange::Sending one = sending(topic, key + std::string(200, '.'));
    one.keep = Keep{key, Millis(0), 100, kMuch};
    publish_now(here_, std::move(one), 1);
  };
  for (const char* key : {"1", "2", "3"}) keep(room_, key);
  keep(Topic::make(TopicKind::joined, "words", "room", "other"), "4");
  open("a");
  say("a", "join");
  settle();
  say("a", "visit");
  std::vector<std::string> all;
  for (int turns = 0; turns < 20; ++turns) {
    settle();
    for (const std::string& one : heard("a")) all.push_back(one.substr(0, one.find('.')));
    table().drained(sessions_["a"]);
  }
  EXPECT_THAT(all, ElementsAre("join ok", "1", "2", "3", "visit ok", "4"));
}

TEST_F(LateAnswers, WhoIsPressedAndHasEasedBeforeTheAnswerIsNotWaitedFor) {
  here_.join(1, {room_}, 0, {});
  open("a");
  elsewhere_.is_pressed = true;
  say("a", "shout 1");
  turn();
  elsewhere_.is_pressed = false;
  table().eased(1);
  settle();
  EXPECT_EQ(table().meter().profiles[0].paused, 0u);
  elsewhere_.is_pressed = true;
  say("a", "shout 2");
  settle();
  EXPECT_EQ(table().meter().profiles[0].paused, 1u);
}

TEST_F(LateAnswers, WhatCouldNotBeKeptIsToldToTheSender) {
  profile_->limits.kept_per_topic = 1;
  profile::Otherwise told;
  told.on = {Reason::limited};
  told.replies.push_back(reply("not kept"));
  told.replies[0].as = text("say");
  profile_->otherwise.push_back(told);
  open("a");
  for (const char* message : {"keep 1", "keep 2", "say next"}) say("a", message);
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("keep ok", "keep ok", "say not kept", "say next"));
}

TEST_F(LateAnswers, WhoIsToldThatSomethingCouldNotBeKeptIsToldWhat) {
  profile_->limits.kept_per_topic = 1;
  profile::Otherwise told;
  told.on = {Reason::limited};
  told.replies.push_back(reply("$data"));
  told.replies[0].as = text("say");
  profile_->otherwise.push_back(told);
  const std::string long_one(100, '2');
  open("a");
  for (const std::string& message : {std::string("keep 1"), "keep " + long_one}) say("a", message);
  settle();
  EXPECT_THAT(heard("a"), ElementsAre("keep ok", "keep ok", "say " + long_one));
}

TEST_F(LateAnswers, ASessionThatIsClosedByWhatItHadSaidLastEndsAtOnce) {
  open("a");
  say("a", "sit");
  settle();
  table().hang_up(sessions_["a"], Gone::lost, true);
  say("a", "bye");  // its carrier is let go: it does not hang up again
  settle();
  EXPECT_EQ(table().size(), 0u);
  EXPECT_FALSE(present(seat_));
}

TEST_F(LateAnswers, ASessionIsResumedWhoeverHasEndedBeforeIt) {
  profile_->engine.recovery.sessions = 1;
  profile_->engine.recovery.within = Millis(1'000);
  open("earlier");
  Opening opening;
  opening.carrier = &peers_["a"];
  opening.recoverable = true;
  sessions_["a"] = table().open(profile_, profile_->endpoints[0], std::move(opening), nullptr);
  table().hang_up(sessions_["earlier"], Gone::closed);
  ASSERT_TRUE(table().detach(sessions_["a"]));
  Resumption resumption;
  resumption.key = table().recovery_key(sessions_["a"]).value();
  resumption.endpoint = &profile_->endpoints[0];
  resumption.name_space = "/";
  resumption.carrier = &peers_["a again"];
  const auto resumed = table().resume(resumption);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->session, sessions_["a"]);
}

}  // namespace
}  // namespace polygate::session
