#include "gateway/schema/schema.h"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "tests/unit/schema/testing.h"

namespace polygate::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kReading = R"({
  "type": "object", "additionalProperties": false, "required": ["device", "record"],
  "properties": {
    "device": {"type": "string", "minLength": 2, "maxLength": 8},
    "record": {"type": "number", "minimum": 0, "exclusiveMaximum": 100},
    "unit": {"enum": ["celsius", "kelvin"]},
    "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2, "uniqueItems": true}
  }
})";

TEST(Schema, NamesTypeFoundAndExpected) {
  EXPECT_EQ(explain(*compiled(kReading), R"({"device": "ab", "record": "hot"})"),
            "/record test.json#/properties/record/type: expected number, found string\n");
  EXPECT_EQ(explain(*compiled(R"({"type": ["null", "integer"]})"), "1.5"),
            " test.json#/type: expected null or integer, found number\n");
}

TEST(Schema, TellsAllProblemsOfAValue) {
  EXPECT_EQ(explain(*compiled(kReading), R"({"device": "a", "unit": "kelvim", "tags": ["x", 1, "x"]})"),
            "/device test.json#/properties/device/minLength: expected at least 2 characters, found 1\n"
            "/unit test.json#/properties/unit/enum: expected one of \"celsius\", \"kelvin\"; found \"kelvim\", did you "
            "mean `kelvin`?\n"
            "/tags test.json#/properties/tags/maxItems: expected at most 2 items, found 3\n"
            "/tags test.json#/properties/tags/uniqueItems: two of its items are equal\n"
            "/tags/1 test.json#/properties/tags/items/type: expected string, found integer\n"
            " test.json#/required: missing property \"record\"\n");
}

TEST(Schema, SuggestsTheNearestPropertyForAnUnknownOne) {
  EXPECT_EQ(explain(*compiled(kReading), R"({"device": "ab", "record": 1, "unti": "kelvin"})"),
            "/unti test.json#/additionalProperties: unknown property \"unti\", did you mean `unit`?\n");
}

TEST(Schema, SaysWhichBoundANumberBreaks) {
  EXPECT_THAT(explain(*compiled(kReading), R"({"device": "ab", "record": 100})"),
              HasSubstr("expected less than 100, found 100"));
  EXPECT_THAT(explain(*compiled(kReading), R"({"device": "ab", "record": -0.5})"),
              HasSubstr("expected at least 0, found -0.5"));
  EXPECT_THAT(explain(*compiled(R"({"multipleOf": 0.01})"), "0.075"), HasSubstr("expected a multiple of 0.01"));
}

TEST(Schema, PointsThroughReferencesToTheKeywordItself) {
  const auto schema = compiled(R"({"properties": {"a/b": {"$ref": "#/$defs/x~y"}}, "$defs": {"x~y": {"const": 1}}})");
  EXPECT_EQ(explain(*schema, R"({"a/b": 2})"), "/a~1b test.json#/$defs/x~0y/const: expected 1, found 2\n");
}

TEST(Schema, ExplainsTheBranchThatCameFurthest) {
  const auto schema = compiled(R"({"anyOf": [{"type": "string"},
    {"type": "object", "properties": {"to": {"properties": {"id": {"type": "string"}}}}}]})");
  EXPECT_EQ(explain(*schema, R"({"to": {"id": 5}})"),
            " test.json#/anyOf: matches none of 2 alternatives\n"
            "/to/id test.json#/anyOf/1/properties/to/properties/id/type: expected string, found integer\n");
}

TEST(Schema, GivesAtMostTheErrorsAskedFor) {
  const auto schema = compiled(R"({"items": {"type": "string"}})");
  json::Document document;
  ASSERT_TRUE(document.parse("[1,2,3,4,5,6]"));
  EXPECT_EQ(schema->errors(document.root(), 3).size(), 3u);
  EXPECT_EQ(schema->errors(document.root(), 0).size(), 1u);
}

TEST(Schema, BoundsWhatAPeerCanPutIntoAMessage) {
  const auto schema = compiled(R"({"additionalProperties": {"const": "x"}})");
  const std::string long_text(100'000, 'k');
  json::Document document;
  ASSERT_TRUE(document.parse("{\"" + long_text + "\": \"" + long_text + "\"}"));
  const auto errors = schema->errors(document.root());
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_LT(errors[0].instance.size(), 300u);
  EXPECT_LT(errors[0].message.size(), 300u);
}

TEST(Schema, ComparesNumbersByValueInConstAndEnum) {
  EXPECT_TRUE(accepts(*compiled(R"({"const": {"a": [1, 2.0]}})"), R"({"a": [1.0, 2]})"));
  EXPECT_FALSE(accepts(*compiled(R"({"enum": [1, "x"]})"), "true"));
  EXPECT_FALSE(accepts(*compiled(R"({"const": 9007199254740993})"), "9007199254740992.0"));
}

TEST(Schema, CountsLengthInCodePoints) {
  const auto schema = compiled(R"({"minLength": 2, "maxLength": 2})");
  EXPECT_TRUE(accepts(*schema, R"("💩💩")"));
  EXPECT_FALSE(accepts(*schema, R"("💩")"));
  EXPECT_FALSE(accepts(*schema, R"("💩💩💩")"));
}

TEST(Schema, RequiresMoreThanSixtyFourNames) {
  std::string text = R"({"required": [)";
  std::string value = "{";
  for (int i = 0; i < 70; ++i) {
    text += (i > 0 ? ",\"n" : "\"n") + std::to_string(i) + '"';
    if (i != 69) value += (i > 0 ? ",\"n" : "\"n") + std::to_string(i) + "\":0";
  }
  const auto schema = compiled(text + "]}");
  EXPECT_EQ(explain(*schema, value + "}"), " test.json#/required: missing property \"n69\"\n");
  EXPECT_TRUE(accepts(*schema, value + ",\"n69\":0}"));
}

TEST(Schema, TracksWhatIsEvaluatedBeyondTheMarksOnTheStack) {
  const auto schema = compiled(R"({"patternProperties": {"^n": true}, "unevaluatedProperties": false})");
  std::string value = "{";
  for (int i = 0; i < 400; ++i) value += "\"n" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(accepts(*schema, value + "\"n\":0}"));
  EXPECT_EQ(explain(*schema, value + "\"m\":0}"), "/m test.json#/unevaluatedProperties: unknown property \"m\"\n");
}

TEST(Schema, FindsTwinsAmongManyItems) {
  const auto schema = compiled(R"({"uniqueItems": true})");
  std::string items = "[";
  for (int i = 0; i < 5'000; ++i) items += "{\"id\":" + std::to_string(i) + "},";
  EXPECT_TRUE(accepts(*schema, items + "{\"id\":5000}]"));
  EXPECT_FALSE(accepts(*schema, items + "{\"id\":77.0}]"));
}

TEST(Schema, EndsWhenASchemaRecursesDeeperThanItMay) {
  // Each level of the value costs several levels of the walk.
  const auto schema = compiled(R"({"$ref": "#/$defs/a", "$defs": {
    "a": {"allOf": [{"allOf": [{"allOf": [{"allOf": [{"allOf": [{"allOf": [{"allOf": [{"allOf": [
      {"items": {"$ref": "#/$defs/a"}}]}]}]}]}]}]}]}]}}})");
  const std::string deep = std::string(60, '[') + std::string(60, ']');
  EXPECT_THAT(explain(*schema, deep), HasSubstr("nested too deep to be checked"));
  EXPECT_TRUE(accepts(*schema, "[[[[[[1]]]]]]"));
}

TEST(Schema, IsSharedByThreads) {
  const auto schema = compiled(R"({"properties": {"a": {"pattern": "^[a-z]+\\d$"}}, "unevaluatedProperties": false})");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([schema] {
      json::Document document;
      ASSERT_TRUE(document.parse(R"({"a": "abc1"})"));
      for (int i = 0; i < 500; ++i) EXPECT_TRUE(schema->valid(document.root()));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(SchemaNames, FollowReferencesItemsAndApplicators) {
  const auto schema = compiled(R"({
    "allOf": [{"$ref": "#/$defs/base"}], "properties": {"list": {"type": "array", "items": {"$ref": "#/$defs/item"}}},
    "$defs": {"base": {"properties": {"agent_uuid": {"type": "string"}, "free": {"type": "object"}}},
              "item": {"type": "object", "properties": {"id": true}, "additionalProperties": false}}})");
  EXPECT_TRUE(schema->look_up({"agent_uuid"}).known);
  EXPECT_TRUE(schema->look_up({"list", "0", "id"}).known);
  EXPECT_TRUE(schema->look_up({"free", "anything", "below"}).known);
  const auto missing = schema->look_up({"agent_uid"});
  EXPECT_FALSE(missing.known);
  EXPECT_THAT(missing.declared, ElementsAre("agent_uuid", "free", "list"));
  EXPECT_THAT(schema->look_up({"list", "*", "idd"}).declared, ElementsAre("id"));
  EXPECT_FALSE(schema->look_up({"agent_uuid", "x"}).known) << "a string has no members";
}

TEST(SchemaNames, AreOpenWhereTheSchemaSaysNothing) {
  EXPECT_TRUE(compiled("true")->look_up({"a", "b"}).known);
  EXPECT_TRUE(compiled(R"({"additionalProperties": {"type": "object"}})")->look_up({"a", "b"}).known);
  EXPECT_FALSE(compiled(R"({"additionalProperties": false})")->look_up({"a"}).known);
  EXPECT_FALSE(compiled(R"({"properties": {"a": true}})")->look_up({"b"}).known);
  EXPECT_THAT(compiled("false")->look_up({"a"}).declared, IsEmpty());
}

TEST(SchemaNames, HaveTheDefaultThatStandsNearest) {
  const auto schema = compiled(R"({
    "properties": {
      "size": {"$ref": "#/$defs/size", "default": 3}, "plain": {"$ref": "#/$defs/size"},
      "whole": {"properties": {"x": {"default": "own"}, "y": {}}, "default": {"x": "part", "y": {"z": 1}}},
      "list": {"items": {"properties": {"n": {"default": null}}}},
      "one": {"anyOf": [{"default": 1}, {"default": 1.0}]}, "two": {"anyOf": [{"default": 1}, {"default": 2}]},
      "wrong": {"type": "string", "default": 1}, "none": {}},
    "$defs": {"size": {"type": "integer", "default": 5}}})");
  EXPECT_EQ(schema->look_up({"size"}).fallback, Json(3)) << "beside a reference";
  EXPECT_EQ(schema->look_up({"plain"}).fallback, Json(5));
  EXPECT_EQ(schema->look_up({"whole", "x"}).fallback, Json("own"));
  EXPECT_EQ(schema->look_up({"whole", "y", "z"}).fallback, Json(1)) << "a part of what stands above";
  EXPECT_EQ(schema->look_up({"whole", "y", "q"}).fallback, std::nullopt);
  EXPECT_EQ(schema->look_up({"list", "*", "n"}).fallback, Json(nullptr));
  EXPECT_EQ(schema->look_up({"one"}).fallback, Json(1));
  EXPECT_EQ(schema->look_up({"two"}).fallback, std::nullopt) << "two that differ are none";
  EXPECT_EQ(schema->look_up({"none"}).fallback, std::nullopt);
  EXPECT_EQ(schema->look_up({}).fallback, std::nullopt);
  EXPECT_TRUE(schema->look_up({"size"}).fits);
  EXPECT_FALSE(schema->look_up({"wrong"}).fits);
}

TEST(Threats, T52_PrototypeKeysAreRefusedByAClosedSchema) {
  const auto schema = compiled(kReading);
  for (const char* key : {"__proto__", "constructor", "prototype", "toString", "\\u005f_proto__"}) {
    const std::string value = std::string(R"({"device": "ab", "record": 1, ")") + key + R"(": {"admin": true}})";
    EXPECT_THAT(explain(*schema, value), HasSubstr("unknown property")) << key;
  }
}

}  // namespace
}  // namespace polygate::schema
