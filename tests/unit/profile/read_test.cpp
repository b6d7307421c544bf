#include <gtest/gtest.h>

#include "tests/unit/profile/deployment.h"

namespace polygate::profile {
namespace {

Text text_of(const std::string& text, Diagnostics& diagnostics) {
  return parse_text(text, {"test.yaml", 3, 11, static_cast<int>(text.size())}, diagnostics);
}

TEST(ProfileText, OnePathAndNothingElseIsOnePath) {
  Diagnostics diagnostics;
  const Text text = text_of("$data.list.0.name", diagnostics);
  ASSERT_TRUE(text.is_one_path());
  EXPECT_EQ(text.parts[0].path.root, Root::data);
  EXPECT_EQ(text.parts[0].path.segments, (std::vector<std::string>{"list", "0", "name"}));
  EXPECT_EQ(text.parts[0].path.text(), "$data.list.0.name");
  EXPECT_TRUE(diagnostics.empty());
}

TEST(ProfileText, DotsAndDashesEndAPathUnlessANameFollows) {
  Diagnostics diagnostics;
  const Text text = text_of("Hello $me.user. $header.x-real-ip- $now", diagnostics);
  ASSERT_EQ(text.parts.size(), 3U);
  EXPECT_EQ(text.parts[0].literal, "Hello ");
  EXPECT_EQ(text.parts[0].path.text(), "$me.user");
  EXPECT_EQ(text.parts[1].literal, ". ");
  EXPECT_EQ(text.parts[1].path.text(), "$header.x-real-ip");
  EXPECT_EQ(text.parts[2].literal, "- ");
  EXPECT_EQ(text.parts[2].path.root, Root::now);
}

TEST(ProfileText, ALookUpIsOnePathWithAnotherAsItsKey) {
  Diagnostics diagnostics;
  const Text text = text_of("$settings.tags.home($data.list.0)", diagnostics);
  ASSERT_TRUE(text.is_one_path());
  const Path& path = text.parts[0].path;
  EXPECT_EQ(path.segments, (std::vector<std::string>{"tags", "home"}));
  ASSERT_NE(path.key, nullptr);
  EXPECT_EQ(path.key->segments, (std::vector<std::string>{"list", "0"}));
  EXPECT_EQ(path.key->place.column, 11 + 20);
  EXPECT_EQ(path.text(), "$settings.tags.home($data.list.0)");
  EXPECT_EQ(text_of("to $settings.tags($event): $data.x($me.id)", diagnostics).parts.size(), 4U);
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.text();
}

TEST(ProfileText, TwoDollarSignsAreOne) {
  Diagnostics diagnostics;
  const Text text = text_of("5 $$ for $$data.x", diagnostics);
  EXPECT_TRUE(text.is_constant());
  EXPECT_EQ(text.constant(), "5 $ for $data.x");
  EXPECT_TRUE(diagnostics.empty());
}

TEST(ProfileText, PathsKnowTheirPlace) {
  Diagnostics diagnostics;
  const Text plain = text_of("agent/$data.id", diagnostics);
  EXPECT_EQ(plain.parts[0].path.place.column, 17);
  EXPECT_EQ(plain.parts[0].path.place.length, 8);
  const std::string words = "agent/$data.id";
  const Text quoted = parse_text(words, {"test.yaml", 3, 11, static_cast<int>(words.size()) + 2}, diagnostics);
  EXPECT_EQ(quoted.parts[0].path.place.column, 18);
}

TEST(ProfileText, ValuesWithoutPartsAndRootsWithoutNamesAreRefused) {
  for (const char* wrong : {"$now.x", "$event.name", "$message.text", "$me", "$path", "$query", "$header", "$", "$ x",
                            "$unknown.x", "$.x"}) {
    Diagnostics diagnostics;
    static_cast<void>(text_of(wrong, diagnostics));
    EXPECT_EQ(diagnostics.size(), 1U) << wrong;
  }
}

constexpr char kLeastHead[] = R"(
profile: test
dialect: {name: event, body: data}
schema: test.json
otherwise: {reply: {as: error, data: $message}}
)";

Reading read_with(const std::string& rest) {
  return Reading(kLeastHead + rest);
}

TEST(ProfileReader, KeepsTheOrderOfFieldsAndTheTypesOfConstants) {
  const Reading reading = read_with(R"(
endpoints: {/a: {role: guest}}
events:
  x: {from: guest, reply: {data: {z: 1, a: [true, null, 1.5], s: "1", d: $$5}}}
)");
  ASSERT_TRUE(reading.diagnostics.empty()) << reading.diagnostics.text();
  const Shape& data = *reading.profile->events.find("x")->second[0].replies[0].data;
  EXPECT_EQ(data.kind, Shape::Kind::constant);
  EXPECT_EQ(data.constant, R"({"z":1,"a":[true,null,1.5],"s":"1","d":"$5"})");
}

TEST(ProfileReader, ReadsEveryStepOfARule) {
  const Reading reading = read_with(R"(
endpoints: {/a: {role: guest}}
events:
  x:
    - from: [guest, member]
      authenticate: {token: $data.token, verifier: users, optional: true}
      inside: room/$data.room
      needs: [room/one, {topic: seat/$data.seat, failure: no_seat}]
      claim: {topic: seat/$data.seat, when_taken: probe, failure: not_free}
      handler: {name: plugin.handler, with: {a: $data.b}}
      become: member
      set: {seat: $data.seat}
      join: [room/$data.room, room/two]
      send:
        - {to: [room/$data.room, user/$me.user], as: y, with: {who: $me.user}, except: sender, keep: k/$me.id}
        - {each: $data.list, to: session/$each, data: [$each]}
        - {to: room/two, forget: [a/$me.id, b], keep: {key: c, for: 90m}}
      leave: room/three
      reply: [done, {as: more, data: $result}]
      close: {code: 4001, reason: enough}
      otherwise:
        - {from: guest, on: [taken, absent], reply: {data: $failure}}
        - {close: true}
      failures: {no_seat: "no $data.seat", not_free: taken already}
failures: {invalid: look again}
)");
  ASSERT_TRUE(reading.diagnostics.empty()) << reading.diagnostics.text();
  EXPECT_EQ(reading.profile->failures.at("invalid").text->constant(), "look again");
  const Rule& rule = reading.profile->events.find("x")->second.at(0);
  EXPECT_EQ(rule.from.size(), 2U);
  EXPECT_TRUE(rule.authenticate->optional);
  EXPECT_EQ(rule.inside.at(0).topic.family, "room");
  EXPECT_EQ(rule.needs.at(0).failure.name, "");
  EXPECT_EQ(rule.needs.at(1).failure.name, "no_seat");
  EXPECT_EQ(rule.claim->when_taken, Taken::probe);
  EXPECT_EQ(rule.claim->failure.name, "not_free");
  EXPECT_EQ(rule.failures.size(), 2U);
  EXPECT_EQ(rule.failures.at("not_free").text->constant(), "taken already");
  EXPECT_EQ(rule.handler->name, "plugin.handler");
  EXPECT_TRUE(rule.handler->has_with);
  EXPECT_EQ(reading.profile->role_name(*rule.become), "member");
  EXPECT_EQ(rule.set.at(0).key, "seat");
  EXPECT_EQ(rule.join.size(), 2U);
  EXPECT_TRUE(rule.sends.at(0).except_sender);
  EXPECT_EQ(rule.sends.at(0).to.size(), 2U);
  EXPECT_EQ(rule.sends.at(0).keep->lasts, Millis(0));
  EXPECT_TRUE(rule.sends.at(1).each->is_one_path());
  EXPECT_EQ(rule.sends.at(2).forget.size(), 2U);
  EXPECT_EQ(rule.sends.at(2).keep->key.constant(), "c");
  EXPECT_EQ(rule.sends.at(2).keep->lasts, Millis(90 * 60'000));
  EXPECT_EQ(rule.leave.size(), 1U);
  EXPECT_EQ(rule.replies.size(), 2U);
  EXPECT_EQ(rule.close.code, 4001);
  EXPECT_EQ(rule.otherwise.at(0).on.size(), 2U);
  EXPECT_TRUE(rule.otherwise.at(1).close.close);
  EXPECT_EQ(reading.profile->families.at("seat"), TopicKind::claimed);
  EXPECT_EQ(reading.profile->families.at("room"), TopicKind::joined);
  EXPECT_EQ(reading.profile->families.at("session"), TopicKind::session);
}

TEST(ProfileReader, ReadsEveryKeyOfAnEndpoint) {
  const Reading reading = read_with(R"(
limits: {message_bytes: 1MiB, outbox_bytes: 4MiB, outbox_frames: 9, memberships: 3, events_per_second: 0.5,
         events_burst: 2, kept_per_topic: 7, kept_bytes: 3MiB, inbox_events: 8, json_depth: 9, json_nodes: 10}
endpoints:
  /: {role: guest, ping: off}
  /a/:b/: [{role: guest, host: One.Example, ping: {every: 5s, timeout: 2s}}, {role: member, listener: public, ping: 1m}]
  /c:
    role: guest
    user: $path.x
    query: {q: $new_id, r: null}
    authenticate: {token: $query.token, verifier: users, optional: true}
    origins: ["https://App.Example:8443", "null"]
    authenticate_within: 1500ms
)");
  ASSERT_TRUE(reading.diagnostics.empty()) << reading.diagnostics.text();
  const auto& endpoints = reading.profile->endpoints;
  ASSERT_EQ(endpoints.size(), 4U);
  EXPECT_TRUE(endpoints[0].segments.empty());
  EXPECT_EQ(endpoints[0].ping.every, Millis(0));
  EXPECT_EQ(endpoints[1].segments, (std::vector<std::string>{"a", ":b", ""}));
  EXPECT_EQ(endpoints[1].host, "one.example");
  EXPECT_EQ(endpoints[1].ping.timeout, Millis(2'000));
  EXPECT_EQ(endpoints[2].ping.every, Millis(60'000));
  EXPECT_EQ(endpoints[2].ping.timeout, PingPolicy{}.timeout);
  EXPECT_EQ(endpoints[3].query.size(), 2U);
  EXPECT_TRUE(endpoints[3].authenticate->optional);
  EXPECT_EQ(endpoints[3].origins.list, (std::vector<std::string>{"https://app.example:8443", "null"}));
  EXPECT_EQ(endpoints[3].leave_role_within, Millis(1'500));
  const Limits& limits = reading.profile->limits;
  EXPECT_EQ(limits.message_bytes, std::size_t{1} << 20);
  EXPECT_EQ(limits.events_per_second, 0.5);
  EXPECT_EQ(limits.kept_per_topic, 7U);
  EXPECT_EQ(limits.kept_bytes, std::size_t{3} << 20);
  EXPECT_EQ(limits.json_depth, 9U);
}

TEST(ProfileReader, TellsAMistakeInAnAnchorOnce) {
  const Reading reading = read_with(R"(
endpoints: {/a: {role: guest}}
events:
  x: &both {from: guest, repli: y}
  y: *both
)");
  EXPECT_EQ(reading.diagnostics.size(), 1U) << reading.diagnostics.text();
}

TEST(ProfileReader, CollectsProblemsOfAllParts) {
  const Reading reading = read_with(R"(
limits: {memberships: -1}
endpoints: {/a: {role: guest, ping: often}}
opened: {from: guest, close: {code: 1006}}
events: {x: {from: ghost}, y: {reply: z}}
)");
  EXPECT_EQ(reading.diagnostics.size(), 5U) << reading.diagnostics.text();
}

TEST(ProfileReader, OwnVariablesOfTheGatewayCannotBeSet) {
  const Reading reading = read_with(R"(
endpoints: {/a: {role: guest}}
events: {x: {from: guest, set: {user: root, claims: {}, mine: 1}}}
)");
  EXPECT_EQ(reading.diagnostics.size(), 2U) << reading.diagnostics.text();
  EXPECT_TRUE(reading.says("`$me.user` is kept by the gateway itself"));
}

TEST(ProfileReader, SurvivesAnyKindOfValueInAnyPlace) {
  const std::vector<std::string> values = {"null", "1",  "1.5",      "true",     "x",       "\"\"", "[]",
                                           "[[]]", "{}", "{data.x}", "{a: [1]}", "$data.x", "$"};
  const std::vector<std::string> steps = {"from", "authenticate", "inside", "needs", "claim", "handler", "become",
                                          "set",  "join",         "send",   "leave", "reply", "close",   "otherwise"};
  for (const std::string& value : values) {
    for (const std::string& step : steps) {
      const Reading reading =
          read_with("endpoints: {/a: {role: guest}}\nevents: {x: {" +
                    std::string(step == "from" ? "" : "from: guest, ") + step + ": " + value + "}}\n");
      EXPECT_TRUE(reading.profile) << step << ": " << value;
    }
    for (const char* key : {"to", "as", "data", "args", "with", "except", "forget", "keep", "each", "ack"}) {
      const Reading reading =
          read_with("endpoints: {/a: {role: guest}}\nevents: {x: {from: guest, send: {" +
                    std::string(key == std::string("to") ? "" : "to: role/guest, ") + key + ": " + value + "}}}\n");
      EXPECT_TRUE(reading.profile) << key << ": " << value;
    }
    for (const char* key : {"profile", "dialect", "schema", "plugins", "settings", "limits", "endpoints", "events",
                            "opened", "closed", "otherwise", "about"}) {
      Reading reading(std::string(key) + ": " + value + "\n");
      EXPECT_FALSE(reading.diagnostics.empty()) << key << ": " << value;
      reading.check_alone();
    }
    for (const char* key : {"role", "user", "listener", "host", "query", "authenticate", "ping", "origins", "idle",
                            "authenticate_within"}) {
      static_cast<void>(read_with("endpoints: {/a: {" + std::string(key) + ": " + value + "}}\n"));
    }
  }
}

}  // namespace
}  // namespace polygate::profile
