// The rules of `presence`, where a talk does not reach: shutdown, pressed workers, and 1,000 names that come and go on
// four workers. POLYGATE_FLAPS=seed takes such a course again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <functional>
#include <future>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/session/presences.h"
#include "tests/unit/session/late_table.h"

namespace polygate::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Millis kGrace{1'000};

/// Says `word name` to those on hall/all.
profile::Rule telling(const std::string& word) {
  profile::Rule rule;
  rule.from = {0};
  rule.of_presence = true;
  profile::SendStep& send = rule.sends.emplace_back();
  send.to = {{"hall", text("all"), {}}};
  send.as = text(word);
  send.data = reply("$name").data;
  return rule;
}

/// Has `watch`, `enter NAME` and `exit NAME`, and presence of rooms.
void add_presence(profile::Profile& profile) {
  profile.families["hall"] = TopicKind::joined;
  profile.limits.memberships = 100'000;
  profile.limits.inbox_events = 100'000;
  profile::Rule rule;
  rule.from = {0};
  profile.events["watch"] = {rule};
  profile.events["watch"][0].join = {{"hall", text("all"), {}}};
  profile.events["enter"] = {rule};
  profile.events["enter"][0].join = {{"room", text("$data"), {}}};
  profile.events["exit"] = {rule};
  profile.events["exit"][0].leave = {{"room", text("$data"), {}}};
  profile::Presence& presence = profile.presence["room"];
  presence.after = kGrace;
  presence.arrived = {telling("arrived")};
  presence.left = {telling("left")};
}

class PresencesTest : public test::LateTable {
 protected:
  PresencesTest() {
    add_presence(*profile_);
    open("w");
    say("w", "watch");
    open("a");
    settle();
  }
  void wait(Millis time) {
    clock_.advance(time);
    table().tick();
    settle();
  }
};

TEST_F(PresencesTest, AShutdownTellsNothing) {
  say("a", "enter 1");
  settle();
  EXPECT_THAT(heard("w"), ElementsAre("arrived 1"));
  say("a", "enter 2");
  say("a", "exit 1");
  table().drain();
  settle();
  wait(kGrace);
  EXPECT_THAT(heard("w"), IsEmpty());
  EXPECT_EQ(table().next_due(), std::nullopt);
  EXPECT_EQ(table().size(), 2U) << "two sessions, and no turn";
}

TEST_F(PresencesTest, WhatIsDueIsKnown) {
  say("a", "enter 1");
  settle();
  EXPECT_EQ(table().next_due(), std::nullopt);
  say("a", "exit 1");
  settle();
  EXPECT_EQ(table().next_due(), clock_.now() + kGrace);
  wait(kGrace);
  EXPECT_THAT(heard("w"), ElementsAre("arrived 1", "left 1"));
  EXPECT_EQ(table().next_due(), std::nullopt);
}

TEST_F(PresencesTest, WhileAWorkerIsPressedNothingIsTold) {
  say("a", "enter 1");
  post_.is_pressed = true;
  settle();
  EXPECT_THAT(heard("w"), ElementsAre("arrived 1"));
  open("b");
  say("b", "enter 2");
  say("b", "enter 3");
  say("b", "exit 3");
  settle();
  EXPECT_THAT(heard("w"), IsEmpty());
  post_.is_pressed = false;
  table().eased(0);
  settle();
  EXPECT_THAT(heard("w"), ElementsAre("arrived 2")) << "and 3 was never there";
}

TEST_F(PresencesTest, WhoWaitsForItsClientIsThere) {
  profile_->engine.recovery.within = kGrace * 10;
  Opening opening;
  opening.carrier = &peers_["r"];
  opening.recoverable = true;
  sessions_["r"] = table().open(profile_, profile_->endpoints[0], std::move(opening), nullptr);
  say("r", "enter 1");
  settle();
  ASSERT_TRUE(table().detach(sessions_["r"]));
  wait(kGrace * 10 - Millis(1));
  EXPECT_THAT(heard("w"), ElementsAre("arrived 1"));
  wait(Millis(1));
  EXPECT_THAT(heard("w"), IsEmpty());
  wait(kGrace);
  EXPECT_THAT(heard("w"), ElementsAre("left 1"));
}

TEST_F(PresencesTest, SomeTurnsAreInFlightAndTheOthersWait) {
  constexpr int kNames = 100;
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  const auto id = handlers_.add(Plugin{"test", {}, {}},
                                {"hold", Threading::serial,
                                 [gone](const Settings&) -> HandlerFunction {
                                   return [gone](const Call&) {
                                     gone.wait();
                                     return Outcome::accept();
                                   };
                                 }},
                                {});
  handlers_.start();
  services_.handler_ids[0] = {{"test.hold", *id}};
  std::mutex mutex;
  std::condition_variable came;
  std::deque<std::function<void()>> answers;
  services_.post = [&](WorkerIndex, std::function<void()> task) {
    const std::scoped_lock lock(mutex);
    answers.push_back(std::move(task));
    came.notify_one();
  };
  profile_->presence["room"].arrived[0].handler = profile::HandlerStep{"test.hold", {}, false, {}};
  std::vector<std::string> expected;
  for (int name = 0; name < kNames; ++name) {
    say("a", "enter " + std::to_string(name));
    expected.push_back("arrived " + std::to_string(name));
  }
  settle();
  EXPECT_EQ(table().size(), 2U + Presences::kAtOnce);
  go.set_value();
  for (int answer = 0; answer < kNames; ++answer) {
    std::unique_lock lock(mutex);
    came.wait(lock, [&] { return !answers.empty(); });
    const auto task = std::move(answers.front());
    answers.pop_front();
    lock.unlock();
    task();
    settle();
  }
  EXPECT_EQ(table().size(), 2U);
  EXPECT_EQ(heard("w"), expected);
  handlers_.stop();
}

TEST_F(PresencesTest, NothingIsWatchedWithoutRules) {
  profile_->presence.clear();
  say("a", "enter 1");
  settle();
  EXPECT_THAT(heard("w"), IsEmpty());
  EXPECT_TRUE(present(Topic::make(TopicKind::joined, "words", "room", "1")));
}

/// Four workers on one thread, in any order of all that they do.
class Flaps : public testing::TestWithParam<bool> {
 protected:
  static constexpr WorkerIndex kWorkers = 4;
  static constexpr unsigned kNames = 1'000;
  static constexpr unsigned kSteps = 40'000;
  static constexpr std::size_t kSessions = 25;  ///< on each worker
  static constexpr std::size_t kRooms = 4;      ///< that a session is in at most

  struct Client {
    test::Peer peer;
    SessionId id;
    std::set<unsigned> in;
  };
  struct One {
    Recorder post;
    std::unique_ptr<SessionTable> table;
    std::vector<std::unique_ptr<Client>> clients;
  };

  Flaps() {
    profile_ = words({endpoint("/words")});
    add_presence(*profile_);
    profile_->limits.outbox_bytes = std::size_t{1} << 30;
    services_.clock = &clock_;
    services_.log = &log_;
    services_.exchange = GetParam() ? static_cast<Exchange*>(&late_) : &here_;
    services_.verifiers = &verifiers_;
    services_.handlers = &handlers_;
    services_.handler_ids.resize(1);
    services_.profiles = {profile_};
    for (WorkerIndex worker = 0; worker < kWorkers; ++worker) {
      services_.exchange->attach(worker, all_[worker].post);
      all_[worker].table = std::make_unique<SessionTable>(worker, services_);
      for (std::size_t i = 0; i < kSessions; ++i) open(worker, *all_[worker].clients.emplace_back(new Client));
    }
    open(0, watcher_);
    say(watcher_, "watch");
    while (turn_all()) continue;
  }

  void open(WorkerIndex worker, Client& client) {
    client.in.clear();
    Opening opening;
    opening.carrier = &client.peer;
    client.id = all_[worker].table->open(profile_, profile_->endpoints[0], std::move(opening), nullptr);
  }
  void say(const Client& client, const std::string& message) {
    all_[client.id.worker].table->receive(client.id, {true, message, {}, {}});
  }
  void toggle(Client& client) {
    auto name = client.in.begin();
    if (client.in.size() == kRooms) std::advance(name, random() % kRooms);
    const bool enters = client.in.size() < kRooms;
    if (enters) name = client.in.insert(random() % kNames).first;
    say(client, (enters ? "enter " : "exit ") + std::to_string(*name));
    if (!enters) client.in.erase(name);
  }
  bool turn(One& one) {
    const auto deliveries = std::exchange(one.post.deliveries, {});
    const auto directs = std::exchange(one.post.directs, {});
    for (const Delivery& delivery : deliveries) one.table->deliver(delivery);
    for (const Direct& direct : directs) one.table->direct(direct);
    return one.post.turn() || !deliveries.empty() || !directs.empty();
  }
  bool turn_all() {
    bool any = false;
    for (One& one : all_) any = turn(one) || any;
    return any;
  }
  void tick_all() {
    for (One& one : all_) one.table->tick();
  }
  void step() {
    One& one = all_[random() % kWorkers];
    Client& client = *one.clients[random() % kSessions];
    switch (random() % 16) {
      case 0:
        clock_.advance(Millis(random() % 50));
        return tick_all();
      case 1:
        if (random() % 8 != 0) return;
        one.table->hang_up(client.id, Gone::lost);
        return open(client.id.worker, client);
      case 2:
      case 3:
      case 4:
      case 5:
        turn(one);
        return;
      default:
        toggle(client);
    }
  }
  std::uint32_t random() { return static_cast<std::uint32_t>(random_() / 8); }

  const std::uint32_t seed_ = [] {
    const char* set = std::getenv("POLYGATE_FLAPS");
    return set != nullptr ? static_cast<std::uint32_t>(std::strtoul(set, nullptr, 10)) : std::random_device()();
  }();
  std::minstd_rand random_{seed_};
  ManualClock clock_;
  Log log_{Log::Format::text, Level::error};
  LocalExchange here_{clock_};
  LateExchange late_{here_, seed_};
  auth::Verifiers verifiers_;
  Handlers handlers_{kWorkers, {}, clock_};
  turns::Services services_;
  std::shared_ptr<profile::Profile> profile_;
  Client watcher_;
  std::array<One, kWorkers> all_;
};

TEST_P(Flaps, ArrivedAndLeftAlternateAndTheLastWordIsRight) {
  SCOPED_TRACE("POLYGATE_FLAPS=" + std::to_string(seed_));
  for (unsigned i = 0; i < kSteps; ++i) step();
  while (turn_all()) continue;
  clock_.advance(kGrace);
  tick_all();
  while (turn_all()) continue;

  std::set<unsigned> there;
  for (const One& one : all_) {
    for (const auto& client : one.clients) there.insert(client->in.begin(), client->in.end());
  }
  std::map<unsigned, bool> told;
  std::size_t arrived = 0;
  std::size_t left = 0;
  for (const std::string& message : watcher_.peer.heard) {
    const bool arrives = message.starts_with("arrived ");
    ++(arrives ? arrived : left);
    const auto name = static_cast<unsigned>(std::strtoul(message.c_str() + message.find(' ') + 1, nullptr, 10));
    ASSERT_NE(told[name], arrives) << message << " twice";
    told[name] = arrives;
  }
  for (unsigned name = 0; name < kNames; ++name) EXPECT_EQ(told[name], there.contains(name)) << name;
  EXPECT_EQ(arrived, left + there.size());
  EXPECT_GT(left, std::size_t{kNames}) << "nearly all of them have come and gone, most of them often";
  for (const One& one : all_) EXPECT_EQ(one.table->next_due(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Exchange, Flaps, testing::Bool(),
                         [](const auto& late) { return late.param ? "AnswersLate" : "AnswersAtOnce"; });

}  // namespace
}  // namespace polygate::session
