#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Ran;
using test::Workspace;
using testing::HasSubstr;

constexpr char kGreetings[] = R"(profile: greetings
dialect: {name: event, body: data}
schema: greetings.json
plugins: [example_greeter]
settings: {greeting: Hello}
endpoints: {/greetings: {role: guest}}
otherwise: {reply: {as: error, data: {reason: $failure, text: $message}}}
events:
  hello: {from: guest, handler: example_greeter.greet, reply: {as: greeting, data: {text: $result.text, visits: $result.visits}}}
)";

/// A deployment whose profile uses a plugin.
class WithPlugins : public testing::Test {
 protected:
  WithPlugins() {
    write(kGreetings);
    std::filesystem::create_directory(workspace.path("data"));
    workspace.write("schemas/greetings.json",
                    R"({"$defs": {"greeting": {}, "error": {}, "hello": {"type": "object"}, "visitors": {},
                              "example_greeter.greet.result": {}}})");
  }

  void write(const std::string& profile) const { workspace.write("profiles/greetings.yaml", profile); }
  void write_failures(const std::string& failures) const { write(kGreetings + ("failures: {" + failures + "}\n")); }
  Ran explain(bool asks, std::vector<std::string> data = {}) const {
    std::vector<std::string> words = {"explain", workspace.path("profiles/greetings.yaml"), "hello", "--as", "guest"};
    if (asks) words.insert(words.end(), {"--plugins", plugins});
    words.insert(words.begin() + 3, data.begin(), data.end());
    return workspace.run(words);
  }
  Ran check(bool with_store = true) const {
    std::vector<std::string> words = {"check",
                                      "-c",
                                      workspace.path("gateway.yaml"),
                                      "--set",
                                      "profiles=[profiles/greetings.yaml]",
                                      "--set",
                                      "plugins=" + plugins};
    if (with_store) words.insert(words.end(), {"--set", "store=data"});
    return workspace.run(words);
  }

  const std::string plugins = std::string(POLYGATE_BINARY_DIR) + "/plugins";
  Workspace workspace;
};

TEST_F(WithPlugins, ExplainListsTheFailuresOfAHandlersPluginAsTheyAreTold) {
  const std::string step = "2. handler example_greeter.greet must accept, else refused";
  EXPECT_THAT(explain(false).out, HasSubstr(step + "\n"));
  const std::string own = step + ", or one of its plugin's failures: no_name (invalid): ";
  EXPECT_THAT(explain(true).out, HasSubstr(own + "\"data.name is empty, whom shall I greet?\"\n"));
  write_failures("invalid: Look again");
  EXPECT_THAT(explain(true).out, HasSubstr(own + "\"Look again\"\n"));
  write_failures("invalid: Look again, no_name: Say who you are");
  EXPECT_THAT(explain(true).out, HasSubstr(own + "\"Say who you are\"\n"));
}

TEST_F(WithPlugins, ExplainSaysWhatAHandlerMayEmit) {
  std::string profile = kGreetings;
  profile.replace(profile.find("example_greeter.greet"), 21,
                  "{name: example_greeter.greet, with: {a: 1}, emits: [greeting, role/, hello, user/]}");
  write(profile);
  EXPECT_THAT(explain(false).out,
              HasSubstr("2. handler example_greeter.greet must accept, called with {\"a\":1}, may emit "
                        "greeting, hello to topics of role/, user/, else refused\n"));
}

TEST_F(WithPlugins, ExplainSaysWhatAHandlerGetsInsteadOfTheData) {
  std::string profile = kGreetings;
  profile.replace(profile.find("example_greeter.greet"), 21,
                  "{name: example_greeter.greet, data: {name: $me.id, a: 1}}");
  write(profile);
  EXPECT_THAT(explain(false).out,
              HasSubstr("2. handler example_greeter.greet must accept, called for {name: $me.id, a: 1} "
                        "instead of the data, else refused\n"));
}

TEST_F(WithPlugins, ExplainTakesAnEventThroughTheHandler) {
  write_failures("no_name: Say who you are");
  const Ran greeted = explain(true, {R"({"name": "Ada"})"});
  EXPECT_EQ(greeted.code, 0) << greeted.err;
  EXPECT_THAT(greeted.out, HasSubstr("  assumed: the store has no rows\n"));
  EXPECT_THAT(greeted.out,
              HasSubstr(R"(to the sender: {"event":"greeting","data":{"text":"Hello, Ada!","visits":1}})"));
  const Ran refused = explain(true, {R"({"name": ""})"});
  EXPECT_THAT(refused.out, HasSubstr("verdict: invalid: "));
  EXPECT_THAT(refused.out,
              HasSubstr(R"(to the sender: {"event":"error","data":{"reason":"no_name","text":"Say who you are"}})"));
}

TEST_F(WithPlugins, ExplainHoldsAResultAgainstItsDefinition) {
  const auto define = [&](const std::string& result) {
    return workspace.write("schemas/greetings.json",
                           R"({"$defs": {"greeting": {"properties": {"text": {}, "visits": {}}}, "error": {},
      "hello": {"type": "object"}, "visitors": {}, "example_greeter.greet.result": )" +
                               result + "}}");
  };
  const std::string file = define(R"({"properties": {"text": {"type": "string"}, "visits": {"type": "integer"}}})");
  const Ran good = explain(true, {R"({"name": "Ada"})"});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("  3. its result must match " + file +
                                  "#/$defs/example_greeter.greet.result, else nothing is said of it\n"));
  EXPECT_THAT(good.out, HasSubstr(R"({"event":"greeting","data":{"text":"Hello, Ada!","visits":1}})"));
  define(R"({"properties": {"text": {"type": "string"}, "visits": {"type": "string"}}})");
  const Ran bad = explain(true, {R"({"name": "Ada"})"});
  EXPECT_THAT(bad.out, HasSubstr("not used, the result breaks its definition: example_greeter.greet at "));
  EXPECT_THAT(bad.out, HasSubstr("result/visits: expected string, found integer\n"));
  EXPECT_THAT(bad.out, HasSubstr(R"({"event":"error","data":{"reason":"internal","text":"internal error"}})"));
  EXPECT_THAT(bad.out, testing::Not(HasSubstr("Hello, Ada!")));
  const Ran unasked = explain(false, {R"({"name": "Ada"})"});
  EXPECT_THAT(unasked.out, testing::Not(HasSubstr("breaks its definition"))) << "nothing is known of its result";
  define(R"({"properties": {"text": {"type": "string"}, "visit": {}}})");
  EXPECT_THAT(explain(false).err,
              HasSubstr("$result.visits is not in " + file + "#/$defs/example_greeter.greet.result"));
}

TEST_F(WithPlugins, ANameThatNoPluginDeclaresHasNoWords) {
  write_failures("no_name: Say who you are");
  EXPECT_EQ(check().code, 0) << check().err;
  write_failures("no_nam: Say who you are");
  const std::string problem = "greetings.yaml:10:12: no failure is called `no_nam`";
  EXPECT_EQ(check().code, 78);
  EXPECT_THAT(check().err, HasSubstr(problem));
  EXPECT_THAT(check().err, HasSubstr("did you mean `no_name`?"));
  EXPECT_THAT(explain(true).err, HasSubstr(problem));
  EXPECT_EQ(explain(false).code, 0) << "without the plugins nobody knows: " << explain(false).err;
}

TEST_F(WithPlugins, ExplainFindsAHandlerThatThePluginDoesNotHave) {
  std::string profile = kGreetings;
  profile.replace(profile.find("example_greeter.greet"), 21, "example_greeter.gret");
  write(profile);
  workspace.write("schemas/greetings.json", R"({"$defs": {"greeting": {}, "error": {}, "hello": {"type": "object"},
                                                "example_greeter.gret.result": {}}})");
  EXPECT_EQ(explain(false).code, 0) << explain(false).err;
  EXPECT_THAT(explain(true).err, HasSubstr("greetings.yaml:9:"));
  EXPECT_THAT(explain(true).err, HasSubstr("did you mean `example_greeter.greet`?"));
}

TEST_F(WithPlugins, SettingsAreHeldAgainstThePluginsSchemaBeforeAHandlerIsMade) {
  const auto write_settings = [&](const std::string& settings) {
    std::string profile = kGreetings;
    profile.replace(profile.find("{greeting: Hello}"), 17, settings);
    write(profile);
  };
  EXPECT_EQ(check().code, 0) << check().err;
  write_settings("{greeting: 5}");
  const std::string problem =
      "greetings.yaml:5:22: settings.greeting, for plugin `example_greeter`: expected string, found integer";
  EXPECT_EQ(check().code, 78);
  EXPECT_THAT(check().err, HasSubstr(problem));
  EXPECT_THAT(check().err, HasSubstr("1 problem in 1 file; nothing was started"));
  EXPECT_THAT(explain(true).err, HasSubstr(problem));
  EXPECT_EQ(explain(false).code, 0) << "without the plugins nobody knows: " << explain(false).err;
  write_settings("{greeting: Hello, greting: Hi}");
  EXPECT_THAT(check().err,
              HasSubstr("greetings.yaml:5:29: no plugin of this profile and no `$settings` reads `greting`"));
  EXPECT_THAT(check().err, HasSubstr("did you mean `greeting`?"));
}

TEST_F(WithPlugins, AStateThatCannotBeMadeIsToldOnce) {
  write(std::string(kGreetings) + "  visitors: {from: guest, handler: example_greeter.visitors}\n");
  EXPECT_EQ(check().code, 0) << check().err;
  const Ran ran = check(false);
  EXPECT_EQ(ran.code, 78);
  EXPECT_THAT(ran.err, HasSubstr("greetings.yaml:9:"));
  EXPECT_THAT(ran.err, HasSubstr("plugin `example_greeter` cannot start: visits need a store: set `store` in gateway"));
  EXPECT_THAT(ran.err, HasSubstr("1 problem in 1 file; nothing was started"));
}

TEST_F(WithPlugins, ExplainGivesHandlersThatKeepRowsAStoreWithoutAny) {
  const auto explain_with_temporary = [&](const std::string& folder) {
    const char* const before = std::getenv("TMPDIR");
    const std::string kept = before != nullptr ? before : "";
    ::setenv("TMPDIR", workspace.path(folder).c_str(), 1);
    const Ran ran =
        workspace.run({"explain", std::string(POLYGATE_SOURCE_DIR) + "/profiles/sensor-telemetry.yaml", "humidity",
                       R"({"time": 1, "record": 40.5})", "--as", "controller", "--user", "c", "--plugins", plugins});
    before != nullptr ? ::setenv("TMPDIR", kept.c_str(), 1) : ::unsetenv("TMPDIR");
    return ran;
  };
  std::filesystem::create_directory(workspace.path("temporary"));
  const Ran ran = explain_with_temporary("temporary");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("verdict: ok\n  assumed: the store has no rows\n"));
  EXPECT_TRUE(std::filesystem::is_empty(workspace.path("temporary"))) << "the store is gone";
  const Ran nowhere = explain_with_temporary("nowhere");
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("no folder for a store can be made: No such file or directory"));
}

}  // namespace
}  // namespace polygate::app
