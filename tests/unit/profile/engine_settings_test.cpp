// What `engine` says with numbers: the reader, the schema that editors use and the users' page tell the same.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "gateway/base/json.h"
#include "gateway/base/units.h"
#include "tests/unit/profile/deployment.h"

namespace polygate::profile {
namespace {

std::string read_whole(const std::string& name) {
  std::ifstream file(kSource / name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Reading with_engine(const std::string& engine) {
  return Reading("profile: test\ndialect: socket.io\nengine: " + engine +
                 "\nendpoints: {/: {role: guest}}\nevents: {text: {from: guest}}\n");
}

Json engine_schema() {
  return Json::parse(read_whole("schemas/profile.schema.json")).at("properties").at("engine").at("properties");
}

/// Each count with its bounds, as the schema has them, and how it is written.
struct Count {
  std::string key;
  std::string before;  ///< in the mapping of `engine`
  std::string behind;
  std::int64_t least = 0;
  std::int64_t most = 0;
};

std::vector<Count> counts() {
  std::vector<Count> all;
  const auto add = [&](const Json& properties, const std::string& before, const std::string& behind) {
    for (const auto& [key, about] : properties.items()) {
      if (!about.contains("minimum")) continue;
      all.push_back({key, before + key + ": ", behind, about.at("minimum"), about.at("maximum")});
    }
  };
  const Json engine = engine_schema();
  add(engine, "{", "}");
  add(engine.at("recovery").at("properties"), "{recovery: {within: 1m, ", "}}");
  return all;
}

TEST(EngineSettings, CountsHaveTheBoundsOfTheSchema) {
  std::vector<std::string> names;
  for (const Count& count : counts()) {
    names.push_back(count.key);
    const auto says = [&](std::int64_t value) {
      return with_engine(count.before + std::to_string(value) + count.behind).diagnostics.text();
    };
    EXPECT_EQ(says(count.least), "") << count.key;
    EXPECT_EQ(says(count.most), "") << count.key;
    EXPECT_NE(says(count.least - 1), "") << count.key;
    EXPECT_NE(says(count.most + 1), "") << count.key;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"attachments", "events", "sessions"}));
}

TEST(EngineSettings, DurationsAreLongerThanNothing) {
  for (const std::string engine : {"{connect_within: %}", "{upgrade_within: %}", "{recovery: {within: %}}"}) {
    const std::size_t at = engine.find('%');
    EXPECT_EQ(with_engine(std::string(engine).replace(at, 1, "1ms")).diagnostics.text(), "") << engine;
    EXPECT_TRUE(with_engine(std::string(engine).replace(at, 1, "0s")).says("longer than 0")) << engine;
  }
}

TEST(EngineSettings, TheSchemaAndThePageSayTheDefaults) {
  const EngineSettings usual;
  const Json schema = engine_schema();
  const std::string page = read_whole("profiles/README.md");
  const auto expect = [&](const std::string& key, const std::string& value) {
    const std::string about = schema.at(key).at("description");
    EXPECT_TRUE(about.ends_with("Default: " + value + ".")) << key << ": " << about;
    EXPECT_NE(page.find("\n| `" + key + "` | " + value + " | "), std::string::npos) << key << " = " << value;
  };
  expect("connect_within", format_duration(usual.connect_within));
  expect("upgrade_within", format_duration(usual.upgrade_within));
  expect("attachments", std::to_string(usual.attachments));
  expect("connect_bytes", format_size(usual.connect_bytes));
  const Json recovery = schema.at("recovery").at("properties");
  for (const auto& [key, value] :
       {std::pair("events", usual.recovery.events), std::pair("sessions", usual.recovery.sessions)}) {
    const std::string about = recovery.at(key).at("description");
    EXPECT_TRUE(about.ends_with("Default: " + std::to_string(value) + ".")) << key << ": " << about;
    EXPECT_NE(page.find(std::string(key) + ": " + std::to_string(value)), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace polygate::profile
