#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/plugin/entries.h"

namespace polygate {
namespace {

using testing::HasSubstr;

HandlerFunction guard(Json gcode) {
  return make_handler(polygate_plugin_printer_fleet, "gcode", {.values = {{"gcode", std::move(gcode)}}});
}

Call command(Json text, std::string role = "user", Json claims = Json::object()) {
  return {.event = "printer_command",
          .role = std::move(role),
          .claims = std::move(claims),
          .data = {{"agent_uuid", "a"}, {"printer_uuid", "p"}, {"command", std::move(text)}}};
}

/// Everything well-formed passes: for tests of the grammar.
const Json kAnything = {{"allow", {"G*", "M*", "T*"}}, {"deny", Json::array()}};

std::string refusal(const HandlerFunction& guard, Json text) {
  const Outcome outcome = guard(command(std::move(text)));
  return outcome.accepted() ? "it passed" : outcome.message();
}

TEST(CommandGuard, PassesWellFormedCommandsWithoutTouchingThem) {
  const auto all = guard(kAnything);
  for (const char* text : {"G28", "G28 X", "G28 X Y", "G1 X10.5 Y-3 F3000", "M104 T0 S200", "T0", "G38.2 Z-1", "G01 X1",
                           "G0000000001", "M9999", "G92 E0"}) {
    const Outcome outcome = all(command(text));
    EXPECT_TRUE(outcome.accepted()) << text << ": " << outcome.message();
    EXPECT_EQ(outcome.result(), nullptr);
  }
}

TEST(CommandGuard, TheBuiltInListsLetEverydayCommandsPass) {
  const auto usual = make_handler(polygate_plugin_printer_fleet, "gcode", {});
  for (const char* text : {"G28", "M104 S200", "M105", "T1"}) EXPECT_TRUE(usual(command(text)).accepted()) << text;
  EXPECT_EQ(refusal(usual, "M999"), "M999 is not among the commands that may be sent");
  EXPECT_EQ(refusal(usual, "M112"), "M112 is dangerous and your role may not send it");
}

TEST(Threats, T54_InjectedGCodeIsRefusedWithItsPlace) {
  const auto all = guard(kAnything);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"G28\nM112", "command, character 4: found a line feed, expected"},
      {"G28\rM112", "character 4: found a carriage return"},
      {"G28\r\n", "character 4: found a carriage return"},
      {"G28\n", "character 4: found a line feed"},
      {"G28;M112", "character 4: found ';'"},
      {"G28 ; home", "character 5: found ';', expected a parameter's letter"},
      {"G28 (home)", "character 5: found '('"},
      {"G28(home)", "character 4: found '('"},
      {"G28 G1", "character 5: found 'G', expected a parameter: one command at a time"},
      {"G4 M112", "character 4: found 'M', expected a parameter: one command at a time"},
      {"G1 X1M112", "character 6: found 'M'"},
      {"G28  X", "character 5: found a space"},
      {"G28 ", "character 5: found the end"},
      {" G28", "character 1: found a space, expected G, M or T"},
      {"G28\tX", "character 4: found byte 0x09"},
      {"g28", "character 1: found 'g'"},
      {"G1 x1", "character 4: found 'x'"},
      {"N10 G28", "character 1: found 'N'"},
      {"G28*22", "character 4: found '*'"},
      {"", "character 1: found the end, expected G, M or T"},
      {"G", "character 2: found the end, expected a digit"},
      {"G1.", "character 4: found the end, expected a digit"},
      {"G1 X.5", "character 5: found '.'"},
      {"G1 X-", "character 6: found the end, expected a digit"},
      {"G1 X+1", "character 5: found '+'"},
      {"G1 X1.2.3", "character 8: found '.'"},
      {"G1 X1e5", "character 6: found 'e'"},
      {"M117 Hello", "character 7: found 'e'"},
      {"G\xd9\xa1", "character 2: found byte 0xd9, expected a digit"},
      {"G28 \xef\xbc\xb8", "character 5: found byte 0xef"},
      {"M65648", "there are no codes above 9999"},
      {"M4294967408", "there are no codes above 9999"},
      {"G38.100", "there are no variants above 99"},
      {std::string("G28\0M112", 8), "character 4: found byte 0x00"},
  };
  for (const auto& [text, expected] : cases) EXPECT_THAT(refusal(all, text), HasSubstr(expected)) << text;
}

TEST(Threats, T54_ACommandHasAtMost96Characters) {
  const auto all = guard(kAnything);
  EXPECT_TRUE(all(command("G1 X" + std::string(92, '1'))).accepted());
  EXPECT_EQ(refusal(all, "G1 X" + std::string(93, '1')), "command, found 97 bytes, expected at most 96");
  EXPECT_EQ(refusal(all, std::string(10'240, 'G')), "command, found 10240 bytes, expected at most 96");
}

TEST(Threats, T54_WhatIsNoTextIsRefused) {
  const auto all = guard(kAnything);
  for (const Json& text : {Json(nullptr), Json(28), Json::array({"G28", "M112"}), Json({{"G28", 1}})}) {
    EXPECT_THAT(refusal(all, text), HasSubstr("data.command must be text"));
  }
  EXPECT_FALSE(all({.data = "G28"}).accepted());
}

TEST(Threats, T54_EverySpellingOfADeniedCodeIsDenied) {
  const auto some = guard({{"allow", {"M*"}}, {"deny", {"M0112", "M500"}}});
  for (const char* text : {"M112", "M0112", "M000000112", "M112.0", "M112.1", "M112.99", "M112 S1", "M0500.3"}) {
    EXPECT_THAT(refusal(some, text), HasSubstr("is dangerous")) << text;
  }
  EXPECT_TRUE(some(command("M1120")).accepted());
}

TEST(Threats, T54_AnAllowedCodeIsAllowedInEverySpellingAndNothingElse) {
  const auto some = guard({{"allow", {"G1", "G38.2"}}});
  for (const char* text : {"G1", "G01 X1", "G1.0", "G38.2", "G38.02"})
    EXPECT_TRUE(some(command(text)).accepted()) << text;
  for (const char* text : {"G1.1", "G38", "G38.3", "G38.20", "G10", "M1", "T1"}) {
    EXPECT_THAT(refusal(some, text), HasSubstr("is not among")) << text;
  }
}

TEST(Threats, T54_DangerousCodesNeedARole) {
  const auto some = guard({{"allow", {"G28"}},
                           {"deny", {"M112", "M997"}},
                           {"role_claim", "job"},
                           {"roles", {{"operator", {{"allow", {"M112"}}}}, {"visitor", {{"deny", {"G28"}}}}}}});
  EXPECT_FALSE(some(command("M112")).accepted());
  EXPECT_TRUE(some(command("M112", "operator")).accepted());
  EXPECT_TRUE(some(command("M112", "user", {{"job", "operator"}})).accepted());
  EXPECT_TRUE(some(command("M112", "user", {{"job", {"cook", "operator"}}})).accepted());
  EXPECT_FALSE(some(command("M112", "user", {{"role", "operator"}})).accepted());
  EXPECT_FALSE(some(command("M112", "user", {{"job", {{"operator", true}}}})).accepted());
  EXPECT_FALSE(some(command("M997", "operator")).accepted());
  EXPECT_TRUE(some(command("G28", "operator")).accepted());
  EXPECT_EQ(some(command("G28", "visitor")).message(), "G28 is denied to your role");
  EXPECT_FALSE(some(command("G28", "operator", {{"job", "visitor"}})).accepted());
}

TEST(CommandGuard, SaysWhatItsSettingsAre) {
  const auto said = [](Json gcode) {
    return settings_complaints(polygate_plugin_printer_fleet, {{"gcode", std::move(gcode)}});
  };
  EXPECT_EQ(said({{"allow", {"G1"}}, {"deny", {"T*"}}, {"roles", {{"a", {{"deny", {"M1"}}}}}}, {"role_claim", "r"}}),
            "");
  EXPECT_EQ(said({{"alow", {"G1"}}}), "/gcode/alow: unknown property \"alow\", did you mean `allow`?\n");
  EXPECT_EQ(said({{"allow", "G1"}}), "/gcode/allow: expected array, found string\n");
  EXPECT_EQ(said({{"deny", {112}}}), "/gcode/deny/0: expected string, found integer\n");
  EXPECT_EQ(said({{"roles", {{"a", {{"may", {"G1"}}}}}}}), "/gcode/roles/a/may: unknown property \"may\"\n");
  EXPECT_EQ(said({{"roles", {"a"}}}), "/gcode/roles: expected object, found array\n");
  EXPECT_EQ(said({{"role_claim", 4}}), "/gcode/role_claim: expected string, found integer\n");
  EXPECT_EQ(said("G1"), "/gcode: expected object, found string\n");
}

TEST(CommandGuard, SaysWhatIsNoCode) {
  const auto says = [](Json gcode) {
    return complaint(polygate_plugin_printer_fleet, "gcode", {.values = {{"gcode", std::move(gcode)}}});
  };
  EXPECT_EQ(says({{"allow", {"G1", "T*"}}}), "");
  EXPECT_THAT(says({{"allow", {"G1", "g2"}}}), HasSubstr("settings.gcode.allow: `g2`: character 1: found 'g'"));
  EXPECT_THAT(
      says({{"roles", {{"a", {{"deny", {"G1 X1"}}}}}}}),
      HasSubstr("settings.gcode.roles.a.deny: `G1 X1`: character 3: found a space, expected the end of the code"));
}

}  // namespace
}  // namespace polygate
