// What a handler says is held against its definition: what speaks of a result that breaks it is left out, once told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/rules/run.h"
#include "tests/unit/profile/deployment.h"
#include "tests/unit/rules/guest.h"

namespace polygate::rules {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kTillSchema[] = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$defs": {
    "monitor_relay.ended.result": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
    "pay": {}, "pay.ack": {"type": "integer"}, "paid": {"type": "integer"}, "plain": {}, "failed": {}
  }
})";

constexpr char kTill[] = R"(
profile: till
dialect: socket.io
schema: test.json
plugins: [monitor_relay]
endpoints: {/socket.io/: {role: guest}}
events:
  pay:
    from: guest
    handler: monitor_relay.ended
    send:
      - {to: room/a, as: paid, data: $result.n}
      - {to: [room/a, room/$result.n], as: plain, data: 1}
      - {to: room/a, as: plain, data: 2}
      - {to: room/a, as: plain, data: 3, keep: last/$result.n}
    reply: [{as: paid, data: $result.n}, {ack: true, data: $result.n}]
  plain: {from: guest, join: room/a, reply: {as: plain, data: null}}
otherwise:
  - {on: [malformed, unknown, limited], reply: {as: failed, data: $failure}}
  - {on: internal, reply: {as: failed, data: $failure}}
  - {reply: {as: failed, data: $failure}}
)";

class Results : public testing::Test {
 protected:
  Results() { reading_.check_against(kTillSchema); }

  void pay(const Json& result) {
    EXPECT_TRUE(reading_.diagnostics.empty()) << reading_.diagnostics.text();
    json::Document document;
    auto event = reading_.profile->dialect->decode({true, R"(["pay",{}])", 5, {}}, document, {});
    const Guest payer;
    rules::Run run(*reading_.profile, reading_.profile->events.at("pay")[0], payer, clock_, "pay", &*event);
    HandlerSays(Answer(result)).take(run);
    verdict_ = run.verdict();
    sent_.clear();
    for (const Exchange::Sending& sending : run.effects().sends) sent_.emplace_back(sending.topic.text());
    heard_.clear();
    for (const FramePtr& frame : run.effects().replies) heard_.emplace_back(frame->message());
  }

  profile::Reading reading_{kTill};
  const SystemClock clock_;
  Verdict verdict_;
  std::vector<std::string> sent_;
  std::vector<std::string> heard_;
};

TEST_F(Results, AreSpokenOfWhenTheyAreGood) {
  pay({{"n", 7}});
  EXPECT_THAT(sent_, ElementsAre("room/a", "room/a", "room/7", "room/a", "room/a"));
  EXPECT_THAT(heard_, ElementsAre(R"(42["paid",7])", "435[7]"));
  EXPECT_FALSE(verdict_.failure);
  EXPECT_EQ(verdict_.bad_result, "");
  EXPECT_THAT(verdict_.broken, IsEmpty());
}

TEST_F(Results, AreSpokenOfByNothingWhenTheyAreNot) {
  for (const Json& bad : {Json{{"n", "seven"}}, Json{{"m", 7}}, Json(nullptr), Json("seven")}) {
    pay(bad);
    EXPECT_THAT(sent_, ElementsAre("room/a")) << bad;
    // Each reply that is left out is answered for; who asked for an acknowledgement has one all the same.
    EXPECT_THAT(heard_, ElementsAre(R"(42["failed","internal"])", R"(42["failed","internal"])", "435[]")) << bad;
    EXPECT_FALSE(verdict_.failure) << "it has been done";
    EXPECT_THAT(verdict_.bad_result, HasSubstr("monitor_relay.ended at test.yaml:10: result"));
    EXPECT_THAT(verdict_.broken, IsEmpty()) << "what was left out is not told again";
    EXPECT_EQ(verdict_.outgoing, 4U) << "one send, one whose key is not whole, and two answers";
  }
}

}  // namespace
}  // namespace polygate::rules
