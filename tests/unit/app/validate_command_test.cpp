#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/json.h"
#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Ran;
using test::Workspace;
using testing::HasSubstr;
using testing::StartsWith;

class Validate : public testing::Test {
 protected:
  Ran run(const std::string& event, const std::string& input, std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"validate", workspace.path("profiles/notes.yaml"), event};
    words.insert(words.end(), more.begin(), more.end());
    return workspace.run(words, input);
  }
  Workspace workspace;
};

TEST_F(Validate, AcceptsWhatTheGatewayAccepts) {
  const Ran ran = run("note", R"({"to": "ann", "text": "hi"})");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "ok: 1 value is valid as note\n");
}

TEST_F(Validate, TellsOneProblemPerLineWithPointerAndSchema) {
  const Ran ran = run("note", R"({"to": 3, "text": "hi", "more": 1})");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("stdin:1: /to: expected string, found"));
  EXPECT_THAT(ran.out, HasSubstr("notes.json#/$defs/note/properties/to/type)\n"));
  EXPECT_THAT(ran.out, HasSubstr("more"));
}

TEST_F(Validate, TakesOneValuePerLineAndNamesTheLine) {
  const std::string good = R"({"to": "ann", "text": "hi"})";
  const Ran ran = run("note", good + "\n\n{\"to\": 3, \"text\": \"hi\"}\n{\"to\": }\n" + good + "\n");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, StartsWith("stdin:3: /to: "));
  EXPECT_THAT(ran.out, HasSubstr("\nstdin:4: "));
}

TEST_F(Validate, ReadsAPrettyPrintedValueAsOne) {
  const Ran ran = run("note", "\n{\n  \"to\": \"ann\",\n  \"text\": \"hi\"\n}\n");
  EXPECT_EQ(ran.code, 0) << ran.out;
}

TEST_F(Validate, IsAsStrictWithJsonAsTheGateway) {
  EXPECT_EQ(run("note", R"({"to": "ann", "to": "bob", "text": "hi"})").code, 1);
  EXPECT_EQ(run("note", R"({"to": "ann", "text": "hi"} x)").code, 1);
  EXPECT_EQ(run("note", "").code, 1);
  EXPECT_EQ(run("note", R"({"to": "ann", "text": ")" + std::string(70'000, 'x') + "\"}").code, 1);
}

TEST_F(Validate, ChecksRepliesAndSendsAgainstTheirOwnDefinitions) {
  EXPECT_EQ(run("note", R"({"to": "a", "text": "b", "by": "c"})", {"--direction", "send"}).code, 0);
  EXPECT_EQ(run("note", R"({"to": "a", "text": "b"})", {"--direction", "send"}).code, 1);
  EXPECT_EQ(run("hello", R"({"user": "ann"})", {"--direction", "reply"}).code, 0);
  EXPECT_EQ(run("count", "{}", {"--direction", "send"}).code, 0);
}

TEST_F(Validate, ReadsFiles) {
  const std::string good = workspace.write("good.json", R"({"to": "ann", "text": "hi"})");
  const std::string bad = workspace.write("bad.ndjson", "nothing\n{\"to\": \"ann\", \"text\": \"hi\"}\n");
  const Ran ran = run("note", "", {good, bad});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, StartsWith(bad + ":1: "));
}

TEST_F(Validate, SpeaksJson) {
  const Ran ran = run("note", R"({"to": 3, "text": "hi"})", {"--format", "json"});
  EXPECT_EQ(ran.code, 1);
  const Json list = Json::parse(ran.out);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["pointer"], "/to");
  EXPECT_EQ(list[0]["line"], 1);
}

TEST_F(Validate, CannotRunWithoutTheEventTheFileOrTheProfile) {
  const Ran event = run("nite", "{}");
  EXPECT_EQ(event.code, 2);
  EXPECT_EQ(event.err, "profile notes has no incoming event `nite`, did you mean `note`?\n");
  const Ran outgoing = run("count", "{}");
  EXPECT_EQ(outgoing.code, 2);
  const Ran file = run("note", "", {workspace.path("nothing.json")});
  EXPECT_EQ(file.code, 2);
  EXPECT_THAT(file.err, HasSubstr("nothing.json cannot be read"));
  EXPECT_EQ(run("note", "", {workspace.path("profiles")}).code, 2);
  EXPECT_EQ(workspace.run({"validate", workspace.path("nothing.yaml"), "note"}, "{}").code, 2);
}

TEST_F(Validate, ADialectWithoutJsonHasNothingToCheck) {
  const Ran ran =
      workspace.run({"validate", std::string(POLYGATE_SOURCE_DIR) + "/profiles/examples/echo.yaml", "text"}, "hello");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("a dialect without JSON"));
}

}  // namespace
}  // namespace polygate::app
