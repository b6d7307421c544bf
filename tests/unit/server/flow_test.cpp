// What a session does when so much waits for a worker that it sent to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "gateway/server/slice.h"
#include "tests/unit/routing/recorder.h"
#include "tests/unit/server/test_server.h"

namespace polygate::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Slice, IsOverAfter256LettersOr2Milliseconds) {
  ManualClock clock;
  Slice by_letters(clock);
  for (int i = 0; i < 255; ++i) by_letters.count();
  EXPECT_FALSE(by_letters.is_over());
  by_letters.count();
  EXPECT_TRUE(by_letters.is_over());

  Slice by_time(clock);
  clock.advance(Millis(1));
  by_time.count();
  EXPECT_FALSE(by_time.is_over());
  clock.advance(Millis(1));
  by_time.count();
  EXPECT_TRUE(by_time.is_over());
}

struct Hearer final : session::Carrier {
  bool push(FramePtr) override { return true; }
  bool has_room() const override { return true; }
  void tell_when_drained() override {}
  void resume_input() override { ++resumed; }
  void close(const session::Farewell&) override {}
  void probe() override {}
  void let_go() override {}
  int resumed = 0;
};

/// Sessions on worker 0 shout to a room on which workers 1 and 2 listen.
class Flow : public testing::Test {
 protected:
  Flow() {
    profile_ = words({endpoint("/words/:id")});
    profile::Rule rule;
    rule.from = {0};
    rule.sends.emplace_back();
    rule.sends[0].to = {profile::TopicText{"room", text("all"), {}}};
    rule.sends[0].data.emplace();
    rule.sends[0].data->kind = profile::Shape::Kind::text;
    rule.sends[0].data->text = text("the clock");
    rule.sends[0].as = text("shout");
    profile_->timers["clock"] = {Millis(1'000), rule};
    services_.clock = &clock_;
    services_.log = &log_;
    services_.exchange = &exchange_;
    services_.verifiers = &verifiers_;
    services_.handlers = &handlers_;
    services_.handler_ids.resize(1);
    services_.profiles = {profile_};
    for (WorkerIndex worker = 0; worker < 3; ++worker) exchange_.attach(worker, posts_[worker]);
    const Topic room = Topic::make(TopicKind::joined, "words", "room", "all");
    for (const WorkerIndex worker : {1, 2}) exchange_.join(worker, {room}, 0, {});
    table_ = std::make_unique<session::SessionTable>(WorkerIndex{0}, services_);
    table_->start([](const Result<void>&) {});
  }

  void open(const std::string& who) {
    session::Opening opening;
    opening.carrier = &carriers_[who];
    sessions_[who] = table_->open(profile_, profile_->endpoints[0], std::move(opening), nullptr);
  }
  bool say(const std::string& who, const std::string& message) {
    return table_->receive(sessions_[who], {true, message, {}, {}});
  }
  /// So often, as long as anybody goes on.
  int go_on(int times) {
    int went_on = 0;
    while (went_on < times && table_->go_on_paused()) ++went_on;
    return went_on;
  }
  void ease(WorkerIndex worker) {
    posts_[worker].is_pressed = false;
    posts_[worker].waiting.clear();
    table_->eased(worker);
  }
  /// What worker 1 was told since the last time.
  std::vector<std::string> heard() {
    std::vector<std::string> all;
    for (const Delivery& one : std::exchange(posts_[1].deliveries, {})) {
      all.emplace_back(one.frame->message().substr(std::string("shout ").size()));
    }
    return all;
  }
  std::uint64_t paused() const { return table_->meter().profiles[0].paused; }

  ManualClock clock_;
  Log log_{Log::Format::text, Level::error};
  LocalExchange exchange_{clock_};
  auth::Verifiers verifiers_;
  Handlers handlers_{1, {}, clock_};
  turns::Services services_;
  std::shared_ptr<profile::Profile> profile_;
  std::map<WorkerIndex, Recorder> posts_;
  std::map<std::string, Hearer> carriers_;
  std::map<std::string, SessionId> sessions_;
  std::unique_ptr<session::SessionTable> table_;
};

TEST_F(Flow, WhoSentToAPressedWorkerPausesAndTheOthersDoNot) {
  open("a");
  open("b");
  posts_[1].is_pressed = true;
  EXPECT_FALSE(say("a", "shout 1")) << "its turn happens, and it is not read further";
  EXPECT_FALSE(say("a", "shout 2"));
  EXPECT_THAT(heard(), ElementsAre("1"));
  EXPECT_TRUE(say("b", "say nothing to anybody else"));
  EXPECT_EQ(paused(), 1u);
  EXPECT_EQ(go_on(1), 0) << "it is pressed still";
  EXPECT_THAT(posts_[1].waiting, ElementsAre(0));

  ease(1);
  EXPECT_EQ(go_on(9), 1);
  EXPECT_THAT(heard(), ElementsAre("2"));
  EXPECT_EQ(carriers_["a"].resumed, 1);
  EXPECT_EQ(paused(), 0u);
  EXPECT_TRUE(say("a", "shout 3"));
}

TEST_F(Flow, TheyGoOnInTheOrderOfPausingWithOneTurnEach) {
  for (const char* who : {"a", "b"}) open(who);
  posts_[1].is_pressed = true;
  for (const char* message : {"shout b1", "shout b2", "shout b3"}) say("b", message);
  for (const char* message : {"shout a1", "shout a2", "shout a3"}) say("a", message);
  EXPECT_THAT(heard(), ElementsAre("b1", "a1"));
  EXPECT_THAT(posts_[1].waiting, ElementsAre(0)) << "one letter tells all of a worker's sessions";
  ease(1);
  EXPECT_EQ(go_on(99), 4);
  EXPECT_THAT(heard(), ElementsAre("b2", "a2", "b3", "a3"));
}

TEST_F(Flow, WhenTheFirstPressesAgainTheOthersWaitOn) {
  for (const char* who : {"a", "b"}) open(who);
  posts_[1].is_pressed = true;
  for (const char* message : {"shout a1", "shout a2", "shout a3"}) say("a", message);
  for (const char* message : {"shout b1", "shout b2"}) say("b", message);
  heard();
  ease(1);
  posts_[1].is_pressed = true;
  EXPECT_EQ(go_on(99), 1);
  EXPECT_THAT(heard(), ElementsAre("a2"));
  ease(1);
  EXPECT_EQ(go_on(99), 2);
  EXPECT_THAT(heard(), ElementsAre("b2", "a3")) << "b has paused for longer";
}

TEST_F(Flow, ItWaitsForAllThatItPressed) {
  open("a");
  posts_[1].is_pressed = posts_[2].is_pressed = true;
  say("a", "shout 1");
  say("a", "shout 2");
  ease(2);
  EXPECT_EQ(go_on(1), 0);
  ease(1);
  EXPECT_EQ(go_on(1), 1);
  EXPECT_THAT(heard(), ElementsAre("1", "2"));
}

TEST_F(Flow, ASessionThatEndsDoesNotPause) {
  open("a");
  posts_[1].is_pressed = true;
  for (const char* message : {"shout 1", "shout 2", "shout 3"}) say("a", message);
  table_->hang_up(sessions_["a"], session::Gone::lost);
  EXPECT_THAT(heard(), ElementsAre("1", "2", "3"));
  EXPECT_EQ(table_->size(), 0u);
  EXPECT_EQ(paused(), 0u);
  ease(1);
  EXPECT_EQ(go_on(1), 0);
}

TEST_F(Flow, TimersSkipTheirRoundWhileTheirWorkerPressesAnother) {
  posts_[1].is_pressed = true;
  const auto second = [&] {
    clock_.advance(Millis(1'000));
    table_->tick();
    return heard();
  };
  EXPECT_THAT(second(), ElementsAre("the clock"));
  EXPECT_THAT(second(), IsEmpty());
  EXPECT_THAT(second(), IsEmpty());
  EXPECT_THAT(table_->meter().profiles[0].timers[0].skipped, ElementsAre(0u, 2u, 0u));
  ease(1);
  EXPECT_THAT(second(), ElementsAre("the clock"));
  EXPECT_THAT(table_->meter().profiles[0].timers[0].skipped, ElementsAre(0u, 2u, 0u));
}

}  // namespace
}  // namespace polygate::server
