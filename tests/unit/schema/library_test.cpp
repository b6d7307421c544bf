#include "gateway/schema/library.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "gateway/base/ids.h"
#include "tests/unit/schema/testing.h"

namespace polygate::schema {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A folder of schema files beside one that is outside, and a Library of it.
class Workplace {
 public:
  Workplace() : folder_(fs::temp_directory_path() / ("polygate-schema-" + random_id())) {
    fs::create_directories(folder_ / "schemas" / "sub");
  }
  ~Workplace() { fs::remove_all(folder_); }

  void write(const std::string& path, const std::string& text) { std::ofstream(folder_ / path) << text; }

  std::shared_ptr<const Schema> compile(const std::string& file, const std::string& pointer = "#") {
    return library().compile(file, pointer, diagnostics_);
  }
  Library& library() {
    if (!library_) library_ = std::make_unique<Library>(folder_ / "schemas");
    return *library_;
  }
  std::string problems() const { return diagnostics_.text(); }

  fs::path folder_;
  Diagnostics diagnostics_;

 private:
  std::unique_ptr<Library> library_;
};

class LibraryTest : public ::testing::Test, protected Workplace {};

TEST_F(LibraryTest, CompilesADefinitionOfAFile) {
  write("schemas/a.json", R"({"$defs": {"one": {"type": "integer"}, "two": {"$ref": "sub/b.json#/$defs/text"}}})");
  write("schemas/sub/b.json", R"({"$defs": {"text": {"type": "string"}, "back": {"$ref": "../a.json#/$defs/one"}}})");
  const auto two = compile("a.json", "#/$defs/two");
  ASSERT_NE(two, nullptr) << problems();
  EXPECT_EQ(explain(*two, "1"), " sub/b.json#/$defs/text/type: expected string, found integer\n");
  const auto back = compile("sub/b.json", "#/$defs/back");
  ASSERT_NE(back, nullptr) << problems();
  EXPECT_TRUE(accepts(*back, "1"));
  EXPECT_THAT(library().definitions("a.json", diagnostics_), ElementsAre("one", "two"));
}

TEST_F(LibraryTest, FilesMayReferToEachOther) {
  write("schemas/a.json", R"({"properties": {"b": {"$ref": "b.json"}}})");
  write("schemas/b.json", R"({"properties": {"a": {"$ref": "a.json"}}, "required": ["x"]})");
  const auto schema = compile("a.json");
  ASSERT_NE(schema, nullptr) << problems();
  EXPECT_TRUE(accepts(*schema, R"({"b": {"x": 1, "a": {"b": {"x": 1}}}})"));
  EXPECT_FALSE(accepts(*schema, R"({"b": {"x": 1, "a": {"b": {}}}})"));
}

TEST_F(LibraryTest, AnIdOfItsOwnDoesNotHideTheFilesBesideIt) {
  write("schemas/a.json", R"({"$id": "https://example.org/s/a.json", "$ref": "b.json"})");
  write("schemas/b.json", R"({"$id": "https://example.org/s/b.json", "type": "null"})");
  const auto schema = compile("a.json");
  ASSERT_NE(schema, nullptr) << problems();
  EXPECT_FALSE(accepts(*schema, "1"));
}

TEST_F(LibraryTest, PointsAtTheLineOfAnUnknownKeywordAndSuggests) {
  write("schemas/a.json", "{\n  \"properties\": {\n    \"a\": {\"maxLenght\": 3}\n  }\n}\n");
  EXPECT_EQ(compile("a.json"), nullptr);
  EXPECT_THAT(problems(), HasSubstr("a.json:3:11: unknown keyword `maxLenght`"));
  EXPECT_THAT(problems(), HasSubstr("did you mean `maxLength`?"));
}

TEST_F(LibraryTest, TellsEachProblemOnce) {
  write("schemas/a.json", R"({"$defs": {"x": {"$ref": "#/$defs/z"}, "y": {"$ref": "#/$defs/x"}}})");
  EXPECT_EQ(compile("a.json", "#/$defs/x"), nullptr);
  EXPECT_EQ(compile("a.json", "#/$defs/y"), nullptr);
  EXPECT_EQ(diagnostics_.size(), 1u) << problems();
}

TEST_F(LibraryTest, ChecksAFileAgainstItsMetaschema) {
  write("schemas/a.json", "{\"properties\": {\n\"a\": {\"minLength\": -1},\n\"b\": [1]}}");
  EXPECT_EQ(compile("a.json"), nullptr);
  EXPECT_THAT(problems(), HasSubstr("a.json:2:7: expected at least 0, found -1"));
  EXPECT_THAT(problems(), HasSubstr("a.json:3:1: expected boolean or object, found array"));
}

TEST_F(LibraryTest, RefersToTheMetaschemas) {
  write("schemas/a.json", R"({"$ref": "https://json-schema.org/draft/2020-12/schema"})");
  write("schemas/b.json", R"({"$ref": "http://json-schema.org/draft-07/schema#"})");
  const auto a = compile("a.json"), b = compile("b.json");
  ASSERT_TRUE(a && b) << problems();
  EXPECT_FALSE(accepts(*a, R"({"properties": {"x": {"type": "strin"}}})"));
  EXPECT_TRUE(accepts(*b, R"({"definitions": {"x": {"items": [true]}}})"));
}

TEST_F(LibraryTest, SaysWhatIsMissing) {
  EXPECT_EQ(compile("none.json"), nullptr);
  EXPECT_THAT(problems(), HasSubstr("none.json: `none.json` is not a file in the schema folder"));
  write("schemas/bad.json", "{");
  EXPECT_EQ(compile("bad.json"), nullptr);
  EXPECT_THAT(problems(), HasSubstr("bad.json: "));
  write("schemas/a.json", "{}");
  EXPECT_EQ(compile("a.json", "#/$defs/x"), nullptr);
  EXPECT_THAT(problems(), HasSubstr("`#/$defs/x` does not exist"));
}

TEST_F(LibraryTest, ABrokenFileBreaksWhatRefersToIt) {
  write("schemas/bad.json", R"({"typo": 1})");
  write("schemas/a.json", R"({"$ref": "bad.json"})");
  EXPECT_EQ(compile("a.json"), nullptr);
  EXPECT_THAT(problems(), HasSubstr("unknown keyword `typo`"));
}

TEST(Library, RefusesEndlessLoopsOfReferences) {
  EXPECT_THAT(refused(R"({"$ref": "#"})"), HasSubstr("endless loop"));
  EXPECT_THAT(refused(R"({"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]},
                          "b": {"not": {"$ref": "#/$defs/a"}}}})"),
              HasSubstr("endless loop"));
  EXPECT_NE(compiled(R"({"properties": {"next": {"$ref": "#"}}})"), nullptr);
}

TEST(Library, RefusesPatternsThatRunInMoreThanLinearTime) {
  EXPECT_THAT(refused(R"({"pattern": "^(?=a)b"})"), HasSubstr("lookaround"));
  EXPECT_THAT(refused(R"({"pattern": "(a)\\1"})"), HasSubstr("backreference"));
  EXPECT_THAT(refused(R"({"patternProperties": {"[": true}})"), HasSubstr("a class that is not closed"));
}

TEST(Library, RefusesUnknownFormatsAndDrafts) {
  EXPECT_THAT(refused(R"({"format": "datetime"})"), HasSubstr("did you mean `date-time`?"));
  EXPECT_THAT(refused(R"({"$schema": "http://json-schema.org/draft-04/schema#"})"), HasSubstr("not a known draft"));
}

TEST(Library, AllowsExtensionsAndAnnotations) {
  EXPECT_NE(compiled(R"({"x-origin": 1, "title": "t", "$comment": "c", "examples": [1], "contentEncoding": "base64",
                         "readOnly": true})"),
            nullptr);
}

TEST(Library, AssertsFormatUnlessToldOtherwise) {
  EXPECT_FALSE(accepts(*compiled(R"({"format": "uuid"})"), R"("x")"));
  Options annotating;
  annotating.assert_format = false;
  EXPECT_TRUE(accepts(*compiled(R"({"format": "uuid"})", annotating), R"("x")"));
}

TEST(Library, TakesTheDraftFromTheSchema) {
  const auto schema = compiled(R"({"$schema": "http://json-schema.org/draft-07/schema#",
                                   "definitions": {"n": {"type": "null"}}, "items": [{"$ref": "#/definitions/n"}],
                                   "additionalItems": false})");
  EXPECT_TRUE(accepts(*schema, "[null]"));
  EXPECT_FALSE(accepts(*schema, "[null, null]"));
}

TEST(Threats, T59_ReferencesDoNotLeaveTheSchemaFolder) {
  Workplace here;
  here.write("secret.json", R"({"type": "string"})");
  fs::create_symlink(here.folder_ / "secret.json", here.folder_ / "schemas" / "link.json");
  fs::create_directory_symlink(here.folder_, here.folder_ / "schemas" / "out");
  const std::string absolute = (here.folder_ / "secret.json").string();
  const struct {
    std::string reference, complaint;
  } cases[] = {
      {"../secret.json", "leads out of the schema folder"},
      {"sub/../../secret.json", "leads out of the schema folder"},
      {"%2e%2e/secret.json", "leads out of the schema folder"},
      {"sub/%2e%2e/%2e%2e/secret.json", "leads out of the schema folder"},
      {absolute, "is an absolute path"},
      {"file://" + absolute, "nothing is fetched"},
      {"http://127.0.0.1/secret.json", "nothing is fetched"},
      {"//127.0.0.1/secret.json", "nothing is fetched"},
      {"schema-folder:/../secret.json", "is not a file in the schema folder"},
      {"link.json", "is a link out of the schema folder"},
      {"out/secret.json", "is a link out of the schema folder"},
      {"sub", "is not a file in the schema folder"},
  };
  int number = 0;
  for (const auto& [reference, complaint] : cases) {
    const std::string file = "case" + std::to_string(number++) + ".json";
    std::string text = "{\"$ref\": ";
    json::append_string(text, reference);
    here.write("schemas/" + file, text + "}");
    here.diagnostics_ = {};
    EXPECT_EQ(here.compile(file), nullptr) << reference;
    EXPECT_THAT(here.problems(), HasSubstr(complaint)) << reference;
  }
  EXPECT_EQ(here.compile("../secret.json"), nullptr);
}

}  // namespace
}  // namespace polygate::schema
