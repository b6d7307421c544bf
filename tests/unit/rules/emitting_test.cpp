// What handlers emit: each message that may not go out is left out alone, and counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/rules/run.h"
#include "tests/unit/profile/deployment.h"
#include "tests/unit/rules/guest.h"

namespace polygate::rules {
namespace {

using testing::ElementsAre;
using testing::EndsWith;

constexpr char kBellSchema[] = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$defs": {"ring": {}, "rung": {"type": "integer"}, "rung.send": {"type": "integer", "minimum": 1}, "quiet": {}, "failed": {}}
})";

constexpr char kBell[] = R"(
profile: bell
dialect: {name: event, body: data}
schema: test.json
plugins: [printer_fleet]
limits: {emits_per_turn: 3}
endpoints: {/: {role: guest}}
events:
  ring:
    from: guest
    handler: {name: printer_fleet.gcode, emits: [rung, room/, seat/]}
    send: {to: room/a, as: quiet}
  quiet: [{from: guest, matching: {required: [a]}, join: [room/a, hall/a]}, {from: guest, claim: seat/a}]
otherwise: {reply: {as: failed, data: {why: $failure}}}
)";

class Emitting : public testing::Test {
 protected:
  Emitting() { reading_.check_against(kBellSchema); }

  /// Takes `ring` whose handler emits this; gives "topic: message" of all that is sent.
  std::vector<std::string> ring(std::vector<Emission> emissions) {
    EXPECT_TRUE(reading_.diagnostics.empty()) << reading_.diagnostics.text();
    json::Document document;
    auto event = reading_.profile->dialect->decode({true, R"({"event": "ring", "data": {}})", 5, {}}, document, {});
    const Guest ringer;
    rules::Run run(*reading_.profile, reading_.profile->events.at("ring")[0], ringer, clock_, "ring", &*event);
    Answer yes = Json();
    yes.emissions = std::move(emissions);
    HandlerSays(std::move(yes)).take(run);
    verdict_ = run.verdict();
    std::vector<std::string> said;
    for (const Exchange::Sending& sending : run.effects().sends) {
      const std::string kept = sending.keep ? " under " + sending.keep->key : "";
      said.push_back(std::string(sending.topic.text()) + kept + ": " + std::string(sending.frame->message()));
    }
    return said;
  }

  profile::Reading reading_{kBell};
  const SystemClock clock_;
  Verdict verdict_;
};

constexpr char kFirst[] = R"(room/a: {"event":"quiet","data":{}})";

TEST_F(Emitting, GoesOutBehindTheRulesSendsInItsOrder) {
  EXPECT_THAT(ring({{"room/b/c", "rung", 2, "last"}, {"seat/a", "rung", 1}}),
              ElementsAre(kFirst, R"(room/b%2Fc under last: {"event":"rung","data":2})",
                          R"(seat/a: {"event":"rung","data":1})"));
  EXPECT_FALSE(verdict_.failure);
  EXPECT_EQ(verdict_.outgoing, 3U);
  EXPECT_EQ(verdict_.checked, 3U);
  EXPECT_TRUE(verdict_.broken.empty());
}

TEST_F(Emitting, WhatMayNotGoOutIsLeftOutAlone) {
  const auto left_out = [&](const Emission& emission) {
    EXPECT_THAT(ring({emission, {"room/a", "rung", 7}}), ElementsAre(kFirst, R"(room/a: {"event":"rung","data":7})"));
    EXPECT_FALSE(verdict_.failure);
    EXPECT_EQ(verdict_.broken.size(), 1U);
    return verdict_.broken.empty() ? std::string() : verdict_.broken[0];
  };
  EXPECT_EQ(left_out({"room/a", "quiet"}),
            "test.yaml:11: handler printer_fleet.gcode emits `quiet` to `room/a`: its `emits` has no such event");
  EXPECT_THAT(left_out({"hall/a", "rung", 1}), EndsWith("to `hall/a`: its `emits` has no such family"));
  EXPECT_THAT(left_out({"user/a", "rung", 1}), EndsWith("to `user/a`: its `emits` has no such family"));
  EXPECT_THAT(left_out({"home/a", "rung", 1}), EndsWith("no rule claims or joins `home/`: nobody can be there"));
  EXPECT_THAT(left_out({"room", "rung", 1}), EndsWith("to `room`: a topic is family/name"));
  const std::string bad_name = ": the name is empty, longer than 256 bytes, or holds a control character";
  EXPECT_THAT(left_out({"room/", "rung", 1}), EndsWith(bad_name));
  EXPECT_THAT(left_out({"room/a\tb", "rung", 1}), EndsWith("to `room/a\\tb`" + bad_name));
  EXPECT_THAT(left_out({"room/" + std::string(257, 'a'), "rung", 1}), EndsWith(bad_name));
  EXPECT_THAT(left_out({"seat/a", "rung", 1, "last"}),
              EndsWith("nobody joins such a topic, for whom it could be kept"));
  EXPECT_THAT(left_out({"room/a", "rung", 1, std::string(257, 'k')}),
              EndsWith("the key to keep is longer than 256 bytes"));
  EXPECT_THAT(left_out({"room/a", "rung", 0}), testing::StartsWith("event `rung` from test.yaml:11: "));
  EXPECT_EQ(ring({{"room/" + std::string(256, 'a'), "rung", 1, std::string(256, 'k')}}).size(), 2U);
}

TEST_F(Emitting, OfOneTurnIsBounded) {
  std::vector<Emission> emissions(3, {"room/a", "rung", 1});
  EXPECT_EQ(ring(emissions).size(), 4U);
  EXPECT_TRUE(verdict_.broken.empty());
  emissions.insert(emissions.end(), 2, {"room/a", "rung", 2});
  EXPECT_EQ(ring(emissions).size(), 4U);
  EXPECT_THAT(verdict_.broken, ElementsAre("test.yaml:11: handler printer_fleet.gcode emits 5 messages, and limit "
                                           "emits_per_turn is 3"));
}

TEST_F(Emitting, KeepsWhatTheProfileCountsAsKept) {
  EXPECT_TRUE(reading_.profile->keeps);
}

}  // namespace
}  // namespace polygate::rules
