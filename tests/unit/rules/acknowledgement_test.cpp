// What an acknowledgement is held against, and who gets one whatever became of the event.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/rules/failing.h"
#include "gateway/rules/run.h"
#include "tests/unit/profile/deployment.h"
#include "tests/unit/rules/guest.h"

namespace polygate::rules {
namespace {

using testing::ElementsAre;

constexpr char kGarageSchema[] = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$defs": {
    "enter": {"type": "object", "properties": {"lot": {"type": "string"}}, "required": ["lot"]},
    "enter.ack": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"],
                  "additionalProperties": false},
    "park.args": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2},
    "park.ack.args": {"type": "array", "items": {"type": "boolean"}},
    "failed": {"type": "object", "properties": {"why": {"type": "string"}}, "additionalProperties": false}
  }
})";

constexpr char kGarage[] = R"(
profile: garage
dialect: socket.io
schema: test.json
endpoints: {/socket.io/: {role: guest}}
events:
  enter: {from: guest}
  park: {from: guest, reply: {ack: true, args: [true, false]}}
)";

profile::Reading garage(const std::string& otherwise) {
  profile::Reading reading(kGarage + otherwise);
  reading.check_against(kGarageSchema);
  return reading;
}

/// One message of the guest whose failure meets no rule: what it hears.
class Failing {
 public:
  explicit Failing(const profile::Reading& reading) : kept_(reading.profile), profile_(*kept_) {}

  std::vector<std::string> with(const Failure& failure, std::string_view name, const dialect::Event* message) {
    const Guest guest;
    Scope scope;
    scope.profile = &profile_;
    scope.me = &guest;
    scope.clock = &clock_;
    scope.event = name;
    scope.message = message;
    json::Document scratch;
    Effects effects;
    verdict = {};
    answer_failure(profile_, nullptr, scope, failure, scratch, effects, verdict);
    std::vector<std::string> heard;
    for (const FramePtr& frame : effects.replies) heard.emplace_back(frame->message());
    return heard;
  }
  std::vector<std::string> with(const Failure& failure, const std::string& text) {
    json::Document document;
    auto event = profile_.dialect->decode({true, text, 5, {}}, document, {});
    return with(failure, event->name, &*event);
  }
  Verdict verdict;

 private:
  const profile::ProfilePtr kept_;
  const profile::Profile& profile_;
  const SystemClock clock_;
};

constexpr char kAll[] = R"(
otherwise:
  - {on: [malformed, unknown, limited], reply: {as: failed, data: {why: $failure}}}
  - {reply: {ack: true, data: {error: $message}}}
)";

TEST(Acknowledgement, OfTheProfilesOtherwiseIsHeldAgainstItsOwnDefinition) {
  profile::Reading reading = garage(R"(
otherwise:
  - {on: [malformed, unknown, limited], reply: {as: failed, data: {why: $failure}}}
  - {from: guest, on: forbidden, reply: {ack: true, args: [$data]}}
  - {reply: {ack: true, data: {error: $message}}}
)");
  // `park` has no `$defs/park`, and `enter` no arguments: each answer has to fit every event.
  EXPECT_TRUE(reading.says("event `park` has no definition"));
  EXPECT_TRUE(reading.says("the arguments of event `enter` have no definition"));
  EXPECT_EQ(reading.diagnostics.size(), 2U) << reading.diagnostics.text();
  Failing failing(reading);
  EXPECT_THAT(failing.with({Reason::invalid, "no lot"}, R"(["enter",{}])"), ElementsAre(R"(435[{"error":"no lot"}])"));
  EXPECT_TRUE(failing.verdict.broken.empty());
}

TEST(Acknowledgement, OfAnEventIsHeldAgainstItsDefinitionBeforeAnythingRuns) {
  const profile::Reading reading = garage("otherwise:\n  - {reply: {ack: true, data: {lot: $message}}}\n");
  EXPECT_TRUE(reading.says("field `lot` is not in schemas/test.json#/$defs/enter.ack"));
  EXPECT_TRUE(reading.says("this answers `malformed` too, where no event is known: nothing says what its"));
}

TEST(Acknowledgement, WithArgumentsHasADefinitionOfItsOwn) {
  const profile::Reading reading = garage("otherwise: {reply: {as: failed, data: {why: $message}}}\n");
  EXPECT_FALSE(reading.says("park"));
  EXPECT_EQ(reading.profile->events.at("park")[0].replies[0].schema, reading.profile->schemas.at("park.ack.args"));
}

TEST(Acknowledgement, WhichIsAnEventBesidesMustFitBothDefinitions) {
  const profile::Reading reading = garage("otherwise: {reply: {as: failed, data: {why: $message}, ack: also}}\n");
  EXPECT_EQ(reading.diagnostics.size(), 1U) << reading.diagnostics.text();
  EXPECT_TRUE(reading.says("field `why` is not in schemas/test.json#/$defs/enter.ack"));
}

TEST(Acknowledgement, IsGivenForEveryFailureThatMeetsNoRule) {
  Failing failing(garage(kAll));
  EXPECT_THAT(failing.with({Reason::unknown, "no"}, R"(["what"])"),
              ElementsAre(R"(42["failed",{"why":"unknown"}])", "435[]"));
  EXPECT_THAT(failing.with({Reason::forbidden, "not you"}, R"(["enter",{"lot":"a"}])"),
              ElementsAre(R"(435[{"error":"not you"}])"));
  EXPECT_THAT(failing.with({Reason::limited, "no"}, R"(["enter",{"lot":"a"}])"),
              ElementsAre(R"(42["failed",{"why":"limited"}])", "435[]"));
}

TEST(Acknowledgement, IsGivenForAMessageThatCouldNotBeRead) {
  dialect::Event unread;
  unread.ack = 7;
  const profile::Reading reading = garage("otherwise: {reply: {as: failed, data: {why: \"$message$data$args.0\"}}}\n");
  Failing failing(reading);
  EXPECT_THAT(failing.with({Reason::limited, "too deep"}, "", &unread),
              ElementsAre(R"(42["failed",{"why":"too deep"}])", "437[]"));
  unread.ack.reset();
  EXPECT_THAT(failing.with({Reason::limited, "too deep"}, "", &unread),
              ElementsAre(R"(42["failed",{"why":"too deep"}])"));
}

}  // namespace
}  // namespace polygate::rules
