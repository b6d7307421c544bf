#include <gtest/gtest.h>

#include "tests/unit/profile/deployment.h"

namespace polygate::profile {
namespace {

constexpr char kSchema[] = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$defs": {
    "x": {"type": "object", "properties": {"id": {"type": "string"}, "list": {"type": "array", "items": {"type": "object",
          "properties": {"name": {"type": "string"}}}}}, "additionalProperties": {"type": "string"}},
    "y": {"type": "object", "properties": {"id": {"type": "string"}}, "additionalProperties": false},
    "y.send": {"type": "object", "properties": {"sent": {"type": "string"}}, "additionalProperties": false},
    "y.reply": {"type": "object", "properties": {"replied": {"type": "string"}}, "required": ["replied"],
                "additionalProperties": false},
    "error": {"type": "string"}
  }
})";

constexpr char kHead[] = R"(
profile: test
dialect: {name: event, body: data}
schema: test.json
otherwise: {reply: {as: error, data: $message}}
)";

Reading checked(const std::string& rest, const std::string& head = kHead) {
  Reading reading(head + rest);
  reading.check_against(kSchema);
  return reading;
}

TEST(ProfileCheck, FillsInTheSchemaOfEachDirection) {
  const Reading reading = checked(R"(
endpoints: {/a: {role: guest}}
events:
  x:
    from: guest
    send: [{to: role/guest}, {to: role/guest, as: y, data: {sent: $data.id}}, {to: role/guest, as: $data.id, data: 1}]
    reply: {as: y, data: {replied: $data.id}}
  y: {from: guest, reply: {data: {replied: $event}}}
)");
  ASSERT_EQ(reading.diagnostics.text(), "");
  const Rule& rule = reading.profile->events.find("x")->second.at(0);
  const auto& schemas = reading.profile->schemas;
  EXPECT_EQ(rule.schema, schemas.at("x"));
  EXPECT_EQ(rule.sends[0].schema, schemas.at("x"));
  EXPECT_EQ(rule.sends[1].schema, schemas.at("y.send"));
  EXPECT_EQ(rule.sends[2].schema, nullptr);
  EXPECT_TRUE(schemas.contains("error"));  // $data.id may name any of them
  EXPECT_EQ(rule.replies[0].schema, schemas.at("y.reply"));
  EXPECT_TRUE(reading.profile->uses_role_topics);
  EXPECT_FALSE(reading.profile->uses_user_topics);
}

TEST(ProfileCheck, PathsThroughAdditionalPropertiesAreNotDeclared) {
  const Reading reading = checked(R"(
endpoints: {/a: {role: guest}}
events:
  x: {from: guest, reply: {as: error, data: "$data.id $data.idd $data.list.0.name $data.list.0.nam $data.id.more"}}
  y: {from: guest, reply: {data: {replied: a}}, send: {to: role/guest, data: {sent: b}}}
)");
  EXPECT_EQ(reading.diagnostics.size(), 3U) << reading.diagnostics.text();
  EXPECT_TRUE(reading.says("$data.idd is not in schemas/test.json#/$defs/x"));
  EXPECT_TRUE(reading.says("did you mean `$data.list.0.name`?"));
  EXPECT_TRUE(reading.says("$data.id.more is not in"));
}

TEST(ProfileCheck, AnElementIsLookedUpInItsList) {
  const Reading reading = checked(R"(
endpoints: {/a: {role: guest}}
events:
  x: {from: guest, send: {each: $data.list, to: user/$each.nme, as: error, data: $each.name}}
  y: {from: guest, reply: {data: {replied: a}}, send: {to: role/guest, data: {sent: b}}}
)");
  EXPECT_EQ(reading.diagnostics.size(), 1U) << reading.diagnostics.text();
  EXPECT_TRUE(reading.says("did you mean `$each.name`?"));
  EXPECT_TRUE(reading.profile->uses_user_topics);
}

TEST(ProfileCheck, AFieldThatItsSchemaRefusesIsAProblem) {
  const Reading reading = checked(R"(
endpoints: {/a: {role: guest}}
events:
  x:
    from: guest
    send: {to: role/guest, as: y, with: {snet: $me.id}}
    reply: {as: y, data: {replied: $me.id, more: $now}}
)");
  EXPECT_EQ(reading.diagnostics.size(), 2U) << reading.diagnostics.text();
  EXPECT_TRUE(reading.says("field `snet` is not in schemas/test.json#/$defs/y.send"));
  EXPECT_TRUE(reading.says("did you mean `sent`?"));
  EXPECT_TRUE(reading.says("field `more`"));
}

TEST(ProfileCheck, ConstantDataIsHeldAgainstItsSchema) {
  const Reading reading = checked(R"(
endpoints: {/a: {role: guest}}
events:
  x: {from: guest, send: {to: role/guest, as: y, data: {sent: 1}}, reply: y}
)");
  EXPECT_EQ(reading.diagnostics.size(), 2U) << reading.diagnostics.text();
  EXPECT_TRUE(reading.says("at /sent: expected string"));
  EXPECT_TRUE(reading.says("found null"));
}

TEST(ProfileCheck, ADefinitionForNoEventIsAProblem) {
  const Reading reading = checked("endpoints: {/a: {role: guest}}\nevents: {x: {from: guest}}\n");
  EXPECT_EQ(reading.diagnostics.size(), 2U) << reading.diagnostics.text();
  EXPECT_TRUE(reading.says("schemas/test.json#/$defs/y.reply is for an event that this profile does not have"));
}

constexpr char kBothY[] = "  y: {from: guest, reply: {data: {replied: a}}, send: {to: role/guest, data: {sent: b}}}\n";

TEST(ProfileCheck, ARoleThatNoEndpointLeadsToIsAProblem) {
  const Reading reading = checked(std::string(R"(
endpoints: {/a: {role: guest}}
events:
  x: [{from: guest, become: member}, {from: [ghost, member], become: spirit}, {from: spirit, become: ghost}]
)") + kBothY);
  EXPECT_EQ(reading.diagnostics.text(), "");
  const Reading cut_off = checked(std::string(R"(
endpoints: {/a: {role: guest}}
events:
  x: [{from: spirit, become: ghost}, {from: ghost, become: spirit}]
)") + kBothY);
  EXPECT_EQ(cut_off.diagnostics.size(), 2U) << cut_off.diagnostics.text();
  EXPECT_TRUE(cut_off.says("role `spirit` is never reached"));
}

TEST(ProfileCheck, ARuleBehindOneWithTheSameRoleIsAProblem) {
  const Reading reading = checked(std::string(R"(
endpoints: {/a: {role: guest}}
events:
  x: [{from: guest}, {from: guest, close: true}]
)") + kBothY);
  EXPECT_EQ(reading.diagnostics.size(), 1U) << reading.diagnostics.text();
  EXPECT_TRUE(reading.says("this rule is never reached from `guest`"));
}

TEST(ProfileCheck, RequestPathsBelongToTheEndpointsThatLeadToTheRole) {
  const Reading reading = checked(std::string(R"(
endpoints:
  /a/:one: {role: guest, query: {q: null}}
  /b/:two: {role: member}
events:
  x: {from: guest, reply: {as: error, data: "$path.one $query.q $header.origin"}}
  z: {from: member, reply: {as: error, data: "$path.one $query.q $path.two"}}
)") + kBothY);
  EXPECT_TRUE(reading.says("$path.one is in the path of no endpoint that leads here"));
  EXPECT_TRUE(reading.says("$query.q is in the `query` of no endpoint that leads here"));
  EXPECT_TRUE(
      reading.says("nothing says what `$query` must look like: schemas/test.json#/$defs/opened.query is missing"));
  EXPECT_EQ(reading.diagnostics.size(), 4U) << reading.diagnostics.text();  // and z has no definition
}

TEST(ProfileCheck, WhatTheHandlerSaysIsKnownOnlyAfterIt) {
  const Reading reading = checked(std::string(R"(
plugins: printer_fleet
endpoints: {/a: {role: guest}}
events:
  x:
    from: guest
    needs: user/$result.user
    handler: printer_fleet.jobs
    reply: {as: error, data: $result.text}
    otherwise: {reply: {as: error, data: $result}}
)") + kBothY);
  EXPECT_TRUE(
      reading.says("nothing says what `$result` must look like: "
                   "schemas/test.json#/$defs/printer_fleet.jobs.result is missing"));
  EXPECT_EQ(reading.diagnostics.size(), 3U) << reading.diagnostics.text();
}

TEST(ProfileCheck, OnlyJoinedTopicsKeepAndLeave) {
  const Reading reading = checked(std::string(R"(
endpoints: {/a: {role: guest}}
events:
  x:
    from: guest
    claim: seat/$data.id
    send: [{to: seat/$data.id, keep: a}, {to: session/$me.id, keep: b}, {to: user/$me.user, keep: c}]
    leave: [seat/$data.id, user/$me.user]
    reply: {as: error, data: "$me.joined.seat $me.joined.room"}
)") + kBothY);
  EXPECT_EQ(reading.diagnostics.size(), 5U) << reading.diagnostics.text();
}

TEST(ProfileCheck, ArgumentsAreNotMerged) {
  Reading reading(R"(
profile: test
dialect: socket.io
schema: test.json
otherwise: {reply: {as: error, data: $message}}
endpoints: {/a: {role: guest}}
events:
  say:
    from: guest
    send:
      - {to: role/guest, keep: {key: one, merge: true}}
      - {to: role/guest, args: $args, keep: {key: one, merge: true}}
      - {to: role/guest, data: $data, keep: {key: one, merge: true}}
)");
  reading.check_against(R"({"$defs": {"say": {}, "say.args": {}, "error": {}}})");
  EXPECT_EQ(reading.diagnostics.size(), 2U) << reading.diagnostics.text();
  EXPECT_TRUE(reading.says("test.yaml:11:32: `merge` is for data: what is kept with `args` is no object"));
  EXPECT_TRUE(reading.says("write `data: $data`"));
  EXPECT_TRUE(reading.says("test.yaml:12:45: `merge` is for data: what is kept with `args` is no object"));
}

TEST(Threats, T59_TwoProfilesOnOnePathAreRefused) {
  const std::string head = "dialect: raw\nprofile: ";
  const std::string one = "events: {text: {from: a, reply: {data: $data}}}\nendpoints: {";
  struct Case {
    std::string first, second;
    bool together;
  };
  const std::vector<Case> cases = {
      {"/x: {role: a}", "/x: {role: a}", false},
      {"/x: {role: a}", "/x/: {role: a}", true},
      {"/x/:id: {role: a}", "/x/:other: {role: a}", false},
      {"/x/:id: {role: a}", "/x/me: {role: a}", true},
      {"/x/:id: {role: a}", "/:y/me: {role: a}", false},
      {"/x: {role: a, host: h}", "/x: {role: a}", true},
      {"/x: {role: a, host: h}", "/x: {role: a, listener: public}", false},
      {"/x: {role: a, host: h}", "/x: {role: a, host: H}", false},
      {"/x: {role: a, host: h}", "/x: {role: a, host: i}", true},
      {"/x: {role: a, host: h}", "/x: {role: a, host: h, listener: public}", true},
  };
  for (const Case& each : cases) {
    Diagnostics diagnostics;
    std::vector<ProfilePtr> profiles;
    for (const auto& [name, endpoints] : {std::pair("one", each.first), std::pair("two", each.second)}) {
      const auto root =
          yaml::read(head + name + "\n" + one + endpoints + "}\n", std::string(name) + ".yaml", diagnostics);
      ASSERT_TRUE(root);
      profiles.push_back(read(*root, std::string(name) + ".yaml", Caps{}, diagnostics));
    }
    check_together(profiles, diagnostics);
    EXPECT_EQ(diagnostics.empty(), each.together) << each.first << " and " << each.second << diagnostics.text();
  }
}

TEST(Threats, T59_TwoProfilesOfOneNameAreRefused) {
  Diagnostics diagnostics;
  const auto root = yaml::read("profile: one\ndialect: raw\nendpoints: {/a: {role: a}}\n", "one.yaml", diagnostics);
  const auto other = yaml::read("profile: one\ndialect: raw\nendpoints: {/b: {role: a}}\n", "two.yaml", diagnostics);
  check_together({read(*root, "one.yaml", Caps{}, diagnostics), read(*other, "two.yaml", Caps{}, diagnostics)},
                 diagnostics);
  EXPECT_EQ(diagnostics.size(), 1U);
}

TEST(ProfileCheck, SettingsAreReadByPluginsOrByPaths) {
  const auto with_settings = [](const std::string& plugins, const std::string& more) {
    return checked("\nplugins: [" + plugins + "]\nsettings: {bench: {count: 2}, " + more + R"(}
endpoints: {/a: {role: guest}}
events:
  x: {from: guest, reply: {as: error, data: $settings.words.first}}
  y: {from: guest, reply: {data: {replied: a}}}
)");
  };
  const Reading read = with_settings("lab_tools", "words: {first: hello}");
  EXPECT_EQ(read.diagnostics.text(), "");
  const Reading unread = with_settings("lab_tools", "words: {first: hello}, word: {first: hi}");
  EXPECT_TRUE(unread.says("no plugin of this profile and no `$settings` reads `word`")) << unread.diagnostics.text();
  EXPECT_EQ(unread.diagnostics.size(), 1U);
  const Reading open = with_settings("lab_tools, sensor_telemetry", "words: {first: hello}, word: {first: hi}");
  EXPECT_EQ(open.diagnostics.text(), "") << "nobody knows what a plugin without a schema reads";
}

TEST(ProfileCheck, SettingsOfAStepThatIsSwitchedOffAreRead) {
  const auto with_settings = [](const std::string& more, const std::string& data) {
    return checked("\nplugins: [lab_tools]\nsettings: {bench: {count: 2}, on: false, " + more + R"(}
endpoints: {/a: {role: guest}}
events:
  x: {from: guest, reply: {as: error, when: $settings.on, data: )" +
                   data + R"(}}
  y: {from: guest, reply: {data: {replied: a}}}
)");
  };
  EXPECT_EQ(with_settings("one: a, two: b, three: c",
                          R"({a: $settings.one, b: [$settings.two($data.k), "a $settings.three."]})")
                .diagnostics.text(),
            "");
  EXPECT_EQ(with_settings("one: a, two: b", "{all: $settings}").diagnostics.text(), "");
  const Reading unread = with_settings("one: a, two: b", "{one: $settings.one}");
  EXPECT_TRUE(unread.says("no plugin of this profile and no `$settings` reads `two`")) << unread.diagnostics.text();
  EXPECT_EQ(unread.diagnostics.size(), 1U) << unread.diagnostics.text();
}

TEST(ProfileCheck, SettingsThatAreNoMappingAreToldOnce) {
  const Reading reading = checked(R"(
plugins: [lab_tools]
settings: [bench]
endpoints: {/a: {role: guest}}
events:
  x: {from: guest, reply: {as: error, data: a}}
  y: {from: guest, reply: {data: {replied: a}}}
)");
  EXPECT_TRUE(reading.says("`settings` is a mapping, this is a list"));
  EXPECT_EQ(reading.diagnostics.size(), 1U) << reading.diagnostics.text();
}

}  // namespace
}  // namespace polygate::profile
