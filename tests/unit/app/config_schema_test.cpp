#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "gateway/app/config.h"
#include "gateway/app/config_keys.h"
#include "gateway/app/version.h"
#include "gateway/base/yaml.h"
#include "gateway/schema/library.h"
#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

std::string read_source(const std::string& name) {
  std::ifstream in(std::string(POLYGATE_SOURCE_DIR) + '/' + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

Json schema() {
  return Json::parse(read_source("schemas/gateway.schema.json"));
}

/// The first YAML block of docs/configuration.md: an example with every key.
std::string example() {
  const std::string text = read_source("docs/configuration.md");
  const std::size_t start = text.find("```yaml\n") + 8;
  return text.substr(start, text.find("```", start) - start);
}

TEST(ConfigSchema, NamesExactlyTheKeysThatTheReaderKnows) {
  const Json root = schema();
  for (const ConfigKeys& known : config_keys()) {
    const Json& mapping = known.mapping == "configuration" ? root : root["$defs"][std::string(known.mapping)];
    ASSERT_TRUE(mapping.contains("properties")) << known.mapping;
    EXPECT_EQ(mapping["additionalProperties"], false) << known.mapping;
    std::set<std::string> in_schema;
    for (const auto& [key, value] : mapping["properties"].items()) {
      in_schema.insert(key);
      EXPECT_TRUE(value.contains("description")) << known.mapping << '.' << key;
    }
    EXPECT_EQ(in_schema, std::set<std::string>(known.keys.begin(), known.keys.end())) << known.mapping;
  }
}

TEST(ConfigSchema, AcceptsTheManualsExampleAsTheReaderDoes) {
  Diagnostics diagnostics;
  schema::Library library(std::string(POLYGATE_SOURCE_DIR) + "/schemas");
  const auto compiled = library.compile("gateway.schema.json", "#", diagnostics);
  const auto tree = yaml::read(example(), "docs/configuration.md", diagnostics);
  ASSERT_TRUE(compiled && tree) << diagnostics.text();
  json::Document document;
  ASSERT_TRUE(document.parse(tree->to_json().dump()));
  for (const schema::Error& error : compiled->errors(document.root())) ADD_FAILURE() << error.instance << error.message;

  const test::Workspace workspace;
  const auto config = read_config(workspace.write("example.yaml", example()), {}, diagnostics);
  EXPECT_TRUE(config) << diagnostics.text();
}

TEST(ConfigSchema, RefusesWhatTheReaderRefuses) {
  Diagnostics diagnostics;
  schema::Library library(std::string(POLYGATE_SOURCE_DIR) + "/schemas");
  const auto compiled = library.compile("gateway.schema.json", "#", diagnostics);
  ASSERT_TRUE(compiled) << diagnostics.text();
  const test::Workspace workspace;
  for (const char* text : {"workers: 2", "{profiles: [a], limit: {}}", "{profiles: [a], log: {level: loud}}",
                           "{profiles: [a], listeners: {x: {port: 70000}}}",
                           "{profiles: [a], limits: {message_bytes: big}}", "{profiles: [a], drain: {cap: 5}}",
                           "{profiles: [a], verifiers: {v: {jwt: {key: {env: X}}, tokens: {file: f}}}}",
                           "{profiles: [a], verifiers: {v: {jwt: {algorithm: HS256}}}}", "{profiles: []}",
                           "{profiles: [a], listeners: {}}"}) {
    json::Document document;
    const auto tree = yaml::read(text, "test", diagnostics);
    ASSERT_TRUE(tree) << text;
    ASSERT_TRUE(document.parse(tree->to_json().dump()));
    EXPECT_FALSE(compiled->valid(document.root())) << text;
    Diagnostics problems;
    EXPECT_FALSE(read_config(workspace.write("bad.yaml", text), {}, problems)) << text;
  }
}

TEST(ConfigManual, HasALineForEveryKeyAndUsesEachInItsExample) {
  const std::string manual = read_source("docs/configuration.md");
  const std::string yaml = example();
  for (const ConfigKeys& known : config_keys()) {
    for (const std::string& key : known.keys) {
      EXPECT_NE(manual.find('`' + key + '`'), std::string::npos) << known.mapping << '.' << key;
      EXPECT_NE(yaml.find(key + ':'), std::string::npos) << known.mapping << '.' << key;
    }
  }
}

TEST(Version, IsTheProjects) {
  EXPECT_THAT(read_source("CMakeLists.txt"), testing::HasSubstr("VERSION " + std::string(kVersion) + " "));
}

}  // namespace
}  // namespace polygate::app
