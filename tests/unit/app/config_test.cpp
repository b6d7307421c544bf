#include "gateway/app/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Workspace;
using testing::HasSubstr;

struct Read {
  std::optional<Config> config;
  std::string problems;
};

Read read(const Workspace& workspace, const std::string& text, const std::vector<Override>& overrides = {}) {
  const std::string file = workspace.write("config.yaml", text);
  Diagnostics diagnostics;
  Read result{read_config(file, overrides, diagnostics), diagnostics.text()};
  EXPECT_EQ(result.config.has_value(), result.problems.empty());
  return result;
}

TEST(Config, HasSafeDefaultsForEverythingButTheProfiles) {
  const Workspace workspace;
  const Read result = read(workspace, "profiles: [a.yaml]\n");
  ASSERT_TRUE(result.config) << result.problems;
  const Config& config = *result.config;
  ASSERT_EQ(config.listeners.size(), 1u);
  EXPECT_EQ(config.listeners[0].name, "main");
  EXPECT_EQ(config.listeners[0].address, "127.0.0.1");
  EXPECT_EQ(config.listeners[0].port, 8080);
  ASSERT_TRUE(config.admin);
  EXPECT_EQ(config.admin->address, "127.0.0.1");
  EXPECT_EQ(config.admin->port, 9090);
  EXPECT_EQ(config.workers, 0u);
  EXPECT_EQ(config.limits.connections, 10'000u);
  EXPECT_EQ(config.drain_window, Millis(5'000));
  EXPECT_FALSE(config.store);
}

TEST(Config, TakesPathsRelativeToItsOwnFolder) {
  const Workspace workspace;
  const Read result = read(workspace, "profiles: [p/a.yaml]\nschemas: ../s\nplugins: plug\nstore: ../data\n");
  ASSERT_TRUE(result.config) << result.problems;
  EXPECT_EQ(result.config->profiles[0].first, workspace.path("p/a.yaml"));
  EXPECT_EQ(result.config->plugin_folder, workspace.path("plug"));
  EXPECT_EQ(result.config->store->folder, std::filesystem::path(workspace.path("../data")).lexically_normal());
}

TEST(Config, OneDatabaseForAllProfilesIsRefusedWithWhatToDo) {
  const Workspace workspace;
  workspace.write("rows", "what a store of long ago is called");
  for (const char* file : {"data/x.db", "x.sqlite3", "rows"}) {
    const Read result = read(workspace, "profiles: [a.yaml]\nstore: " + std::string(file) + "\n");
    EXPECT_FALSE(result.config);
    EXPECT_THAT(result.problems, HasSubstr("config.yaml:2:8: `store` is a folder with a database for each profile, `" +
                                           std::string(file) + "` is a single file"));
  }
  EXPECT_THAT(
      read(workspace, "profiles: [a.yaml]\nstore: data/x.db\n").problems,
      HasSubstr("write `store: data`; to keep the rows of a profile, move the file, with those that end in -wal "
                "and -shm, to data/PROFILE.db"));
  std::filesystem::create_directory(workspace.path("rows.db"));
  EXPECT_TRUE(read(workspace, "profiles: [a.yaml]\nstore: rows.db\n").config) << "a folder may be called so";
  EXPECT_THAT(read(workspace, "profiles: [a.yaml]\nstore: [a]\n").problems,
              HasSubstr("`store` of the configuration is a list, expected the folder for the profiles' databases, "
                        "or the URI of a PostgreSQL server"));
}

TEST(Config, AStoreMayBeAPostgresServer) {
  const Workspace workspace;
  const std::string uri = "postgresql://polygate@db.example.org/rows?sslmode=verify-full";
  const Read result = read(workspace, "profiles: [a.yaml]\nstore: " + uri + "\n");
  ASSERT_TRUE(result.config) << result.problems;
  EXPECT_EQ(result.config->store->server, uri);
  EXPECT_THAT(
      read(workspace, "profiles: [a.yaml]\nstore: postgres://db/rows?ssl=on\n").problems,
      HasSubstr("config.yaml:2:8: `store` is no URI of a PostgreSQL server: invalid URI query parameter: \"ssl\""));
  EXPECT_THAT(read(workspace, "profiles: [a.yaml]\nstore: postgresql://me:secret@db/rows\n").problems,
              HasSubstr("libpq takes it from PGPASSFILE or PGPASSWORD"));
}

TEST(Config, ANamedListenerTakesTheDefaultOnesPlace) {
  const Workspace workspace;
  const Read result = read(workspace, "profiles: [a.yaml]\nlisteners: {web: {address: \"::\", port: 80}}\n");
  ASSERT_TRUE(result.config) << result.problems;
  ASSERT_EQ(result.config->listeners.size(), 1u);
  EXPECT_EQ(result.config->listeners[0].name, "web");
}

TEST(Config, AnEmptyListOfListenersIsTheDefaultOne) {
  const Workspace workspace;
  const Read result = read(workspace, "profiles: [a.yaml]\nlisteners:\n");
  ASSERT_TRUE(result.config) << result.problems;
  EXPECT_EQ(result.config->listeners.size(), 1u);
}

TEST(Config, AdminCanBeMovedAndTurnedOff) {
  const Workspace workspace;
  EXPECT_EQ(read(workspace, "profiles: [a.yaml]\nadmin: {port: 1}\n").config->admin->port, 1);
  EXPECT_FALSE(read(workspace, "profiles: [a.yaml]\nadmin: off\n").config->admin);
}

struct Bad {
  const char* name;
  const char* text;
  const char* problem;
};

class BadConfig : public testing::TestWithParam<Bad> {};

TEST_P(BadConfig, IsToldWithItsPlace) {
  const Workspace workspace;
  const Read result = read(workspace, GetParam().text);
  EXPECT_FALSE(result.config);
  EXPECT_THAT(result.problems, HasSubstr(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    Config, BadConfig,
    testing::Values(
        Bad{"no_profile", "workers: 2\n", "config.yaml: no profile is listed: `profiles` is a list of files"},
        Bad{"unknown_key", "profiles: [a]\nlimit: {}\n", "config.yaml:2:1: unknown key `limit`"},
        Bad{"unknown_inner_key", "profiles: [a]\nlimits: {message_byte: 1KiB}\n", "did you mean `message_bytes`?"},
        Bad{"not_a_mapping", "profiles: [a]\nlimits: 3\n", "config.yaml:2:9: limits is a mapping"},
        Bad{"port", "profiles: [a]\nlisteners: {x: {port: 70000}}\n", "a whole number from 0 to 65535"},
        Bad{"size", "profiles: [a]\nlimits: {message_bytes: big}\n",
            "config.yaml:2:25: `message_bytes` is a size from 1B to 1GiB, such as 64KiB, this is `big`"},
        Bad{"zero_size", "profiles: [a]\nlimits: {message_bytes: 0}\n", "a size from 1B to 1GiB"},
        Bad{"duration", "profiles: [a]\ndrain: {window: 5}\n", "a duration such as 30s"},
        Bad{"drain", "profiles: [a]\ndrain: {window: 9s, cap: 3s}\n", "shorter than its `window`"},
        Bad{"keepalive_key", "profiles: [a]\ntcp_keepalive: {idl: 5s}\n", "did you mean `idle`?"},
        Bad{"keepalive_part", "profiles: [a]\ntcp_keepalive: {idle: 1500ms}\n", "whole seconds, at most 9h"},
        Bad{"keepalive_long", "profiles: [a]\ntcp_keepalive: {interval: 10h}\n", "whole seconds, at most 9h"},
        Bad{"keepalive_none", "profiles: [a]\ntcp_keepalive: {count: 0}\n", "a whole number from 1 to 127"},
        Bad{"keepalive_on", "profiles: [a]\ntcp_keepalive: on\n", "tcp_keepalive is a mapping"},
        Bad{"choice", "profiles: [a]\nlog: {level: loud}\n", "debug, info, warn or error"},
        Bad{"flag", "profiles: [a]\nverifiers: {v: {jwt: {key: {env: X}, allow_weak_secret: yes}}}\n", "true or false"},
        Bad{"two_kinds", "profiles: [a]\nverifiers: {v: {jwt: {}, tokens: {}}}\n", "is either `jwt` or `tokens`"},
        Bad{"no_key", "profiles: [a]\nverifiers: {v: {jwt: {algorithm: HS256}}}\n", "verifier `v` has no `key`"},
        Bad{"half_tls", "profiles: [a]\nlisteners: {x: {tls: {key: k.pem}}}\n", "tls needs `certificate` and `key`"},
        Bad{"admin_listener", "profiles: [a]\nlisteners: {admin: {}}\n", "has a key of its own"},
        Bad{"no_listener", "profiles: [a]\nlisteners: {}\n", "names no listener"},
        Bad{"duplicate", "profiles: [a]\nprofiles: [b]\n", "config.yaml:2:1"}),
    [](const auto& test) { return std::string(test.param.name); });

class LimitOfADeployment : public testing::TestWithParam<profile::Limit> {};

TEST_P(LimitOfADeployment, IsTakenAtBothEndsOfItsRangeAndNotBeyond) {
  const profile::Limit& limit = GetParam();
  const Workspace workspace;
  const auto with = [&](double value) {
    return read(workspace, "profiles: [a]\nlimits: {" + std::string(limit.name) + ": " + limit.text(value) + "}\n");
  };
  for (const double end : {limit.least, limit.most}) {
    const Read taken = with(end);
    ASSERT_TRUE(taken.config) << taken.problems;
    const Config& config = *taken.config;
    const bool is_cap = limit.stands_in(profile::LimitsOf::profile);
    EXPECT_EQ(is_cap ? config.caps.most(limit) : value(config.limits, limit), end);
  }
  for (const double beyond : {limit.least - 1, limit.most + 1}) {
    EXPECT_THAT(with(beyond).problems, testing::AllOf(HasSubstr("config.yaml:2:"), HasSubstr("from " + limit.range())));
  }
}

INSTANTIATE_TEST_SUITE_P(Config, LimitOfADeployment,
                         testing::ValuesIn(profile::all_limits().begin(), profile::all_limits().end()),
                         [](const auto& limit) { return std::string(limit.param.name); });

TEST(Config, LimitsHaveTheirDefaults) {
  const Workspace workspace;
  const Config config = read(workspace, "profiles: [a]\n").config.value();
  const std::string shown = describe(config, false);
  for (const profile::Limit& limit : profile::all_limits()) {
    const double usual = limit.usual(profile::LimitsOf::deployment);
    const bool is_cap = limit.stands_in(profile::LimitsOf::profile);
    EXPECT_EQ(is_cap ? config.caps.most(limit) : value(config.limits, limit), usual) << limit.name;
    EXPECT_THAT(shown, HasSubstr("limits." + std::string(limit.name) + " = "));
  }
  EXPECT_THAT(shown, HasSubstr("limits.message_bytes = \"1GiB\"  # default\n"));
}

TEST(Config, TcpKeepaliveIsSetOrOff) {
  const Workspace workspace;
  const auto keepalive = [&](const std::string& text) {
    return read(workspace, "profiles: [a]\n" + text).config.value().tcp_keepalive;
  };
  EXPECT_TRUE(keepalive("").on);
  EXPECT_EQ(keepalive("").idle, Millis(30'000));
  EXPECT_FALSE(keepalive("tcp_keepalive: off\n").on);
  const auto some = keepalive("tcp_keepalive: {idle: 2m, count: 9}\n");
  EXPECT_TRUE(some.on);
  EXPECT_EQ(some.idle, Millis(120'000));
  EXPECT_EQ(some.interval, Millis(5'000));
  EXPECT_EQ(some.count, 9u);
}

TEST(Config, TellsEveryProblemAtOnce) {
  const Workspace workspace;
  const Read result = read(workspace, "profiles: [a]\nworkers: -1\ndrain: {cap: soon}\nlog: {format: xml}\n");
  EXPECT_THAT(result.problems, HasSubstr(":2:"));
  EXPECT_THAT(result.problems, HasSubstr(":3:"));
  EXPECT_THAT(result.problems, HasSubstr(":4:"));
}

TEST(Config, OverridesWinInTheirOrderAndKeepTheirOrigin) {
  const Workspace workspace;
  const std::vector<Override> overrides = {{"limits.connections", "20", "environment POLYGATE_LIMITS__CONNECTIONS"},
                                           {"workers", "3", "environment POLYGATE_WORKERS"},
                                           {"workers", "4", "flag --set workers"}};
  const Read result = read(workspace, "profiles: [a.yaml]\nworkers: 2\nlimits: {memberships: 7}\n", overrides);
  ASSERT_TRUE(result.config) << result.problems;
  EXPECT_EQ(result.config->workers, 4u);
  EXPECT_EQ(result.config->limits.connections, 20u);
  const std::string text = describe(*result.config, false);
  EXPECT_THAT(text, HasSubstr("workers = 4  # flag --set workers\n"));
  EXPECT_THAT(text, HasSubstr("limits.connections = 20  # environment POLYGATE_LIMITS__CONNECTIONS\n"));
  EXPECT_THAT(text, HasSubstr("limits.memberships = 7  # " + workspace.path("config.yaml") + ":3\n"));
  EXPECT_THAT(text, HasSubstr("listeners.main.port = 8080  # default\n"));
}

TEST(Config, ABadOverrideNamesItsOrigin) {
  const Workspace workspace;
  const Read result = read(workspace, "profiles: [a.yaml]\n", {{"worker", "3", "environment POLYGATE_WORKER"}});
  EXPECT_THAT(result.problems, HasSubstr("environment POLYGATE_WORKER"));
  EXPECT_THAT(result.problems, HasSubstr("did you mean `workers`?"));
}

TEST(Config, TheEnvironmentsNamesBecomeKeys) {
  const char* const environment[] = {"PATH=/bin", "POLYGATE_CONFIG=x", "POLYGATE_LIMITS__JSON_DEPTH=3",
                                     "POLYGATE_SECRET=s", nullptr};
  const auto overrides = overrides_from_environment(environment, {"POLYGATE_SECRET"});
  ASSERT_EQ(overrides.size(), 1u);
  EXPECT_EQ(overrides[0].key, "limits.json_depth");
  EXPECT_EQ(overrides[0].value, "3");
}

TEST(ConfigCommand, ShowsEverySettingWithWhereItCameFrom) {
  Workspace workspace;
  workspace.environment = {{"POLYGATE_CONFIG", workspace.path("gateway.yaml")}, {"POLYGATE_WORKERS", "2"}};
  const test::Ran ran = workspace.run({"config", "--set", "log.level=warn"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("workers = 2  # environment POLYGATE_WORKERS\n"));
  EXPECT_THAT(ran.out, HasSubstr("log.level = \"warn\"  # flag --set log.level\n"));
  EXPECT_THAT(ran.out, HasSubstr("limits.connections = 100  # " + workspace.path("gateway.yaml") + ":5\n"));
}

TEST(ConfigCommand, SpeaksJson) {
  const Workspace workspace;
  const test::Ran ran = workspace.run({"config", "-c", workspace.path("gateway.yaml"), "--format", "json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const Json list = Json::parse(ran.out);
  EXPECT_THAT(list, testing::Contains(Json({{"key", "drain.cap"}, {"value", "10s"}, {"origin", "default"}})));
}

TEST(ConfigCommand, ASecretsVariableIsNoSettingAndNotShown) {
  Workspace workspace;
  workspace.environment = {{"POLYGATE_PEOPLE", "a secret of more than thirty-two bytes, for tests"}};
  const std::string file = workspace.write(
      "secret.yaml", "profiles: [p]\nverifiers: {people: {jwt: {algorithm: HS256, key: {env: POLYGATE_PEOPLE}}}}\n");
  const test::Ran ran = workspace.run({"config", "-c", file});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, testing::Not(HasSubstr("thirty-two")));
}

TEST(ConfigCommand, EndsWith78WhenTheFileIsWrongOrMissing) {
  const Workspace workspace;
  const test::Ran missing = workspace.run({"config", "-c", workspace.path("nothing.yaml")});
  EXPECT_EQ(missing.code, 78);
  EXPECT_THAT(missing.err, HasSubstr("nothing.yaml"));
  EXPECT_EQ(missing.out, "");
  const test::Ran wrong = workspace.run({"config", "-c", workspace.path("gateway.yaml"), "--set", "workers=many"});
  EXPECT_EQ(wrong.code, 78);
  EXPECT_THAT(wrong.err, HasSubstr("1 problem in 1 file; there is no configuration to show"));
}

}  // namespace
}  // namespace polygate::app
