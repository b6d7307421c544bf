#include "gateway/base/yaml.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace polygate::yaml {
namespace {

struct Outcome {
  std::optional<Node> node;
  Diagnostics diagnostics;
  std::string text() const { return diagnostics.text(); }
  const Diagnostic& first() const { return diagnostics.items().at(0); }
};

Outcome read(std::string_view text, const Limits& limits = {}) {
  Outcome outcome;
  outcome.node = yaml::read(text, "f.yaml", outcome.diagnostics, limits);
  return outcome;
}

std::string at(const Place& place) {
  return std::to_string(place.line) + ":" + std::to_string(place.column);
}

/// The only problem of `text`, as "line:column message".
std::string problem(std::string_view text, const Limits& limits = {}) {
  const Outcome outcome = read(text, limits);
  if (outcome.node) return "none";
  if (outcome.diagnostics.size() != 1)
    return std::to_string(outcome.diagnostics.size()) + " problems\n" + outcome.text();
  return at(outcome.first().place) + " " + outcome.first().message;
}

TEST(Yaml, ReadsMapsListsAndScalarsInOrder) {
  const Outcome outcome = read("b: [1, two, {c: d}]\na:\n  - x\n  - y: z\n");
  ASSERT_TRUE(outcome.node) << outcome.text();
  EXPECT_EQ(outcome.node->entries()[0].key, "b");
  EXPECT_EQ(outcome.node->to_json(), Json::parse(R"({"b":[1,"two",{"c":"d"}],"a":["x",{"y":"z"}]})"));
  EXPECT_EQ(outcome.node->find("a")->items().size(), 2U);
  EXPECT_EQ(outcome.node->find("absent"), nullptr);
}

struct Meaning {
  const char* plain;
  const char* json;
};

TEST(Yaml, FollowsTheCoreSchemaOfYaml12) {
  const std::vector<Meaning> cases = {
      {"true", "true"},
      {"True", "true"},
      {"TRUE", "true"},
      {"false", "false"},
      {"tRUE", "\"tRUE\""},
      {"no", "\"no\""},
      {"yes", "\"yes\""},
      {"on", "\"on\""},
      {"off", "\"off\""},
      {"y", "\"y\""},
      {"~", "null"},
      {"null", "null"},
      {"NULL", "null"},
      {"", "null"},
      {"nil", "\"nil\""},
      {"0", "0"},
      {"-17", "-17"},
      {"+17", "17"},
      {"0o17", "15"},
      {"0x1F", "31"},
      {"017", "17"},
      {"0b1", "\"0b1\""},
      {"1_000", "\"1_000\""},
      {"12:30", "\"12:30\""},
      {"1.5", "1.5"},
      {"-.5", "-0.5"},
      {"1.", "1.0"},
      {"1e3", "1000.0"},
      {"1.2.3", "\"1.2.3\""},
      {"2001-12-14", "\"2001-12-14\""},
      {"-", "\"-\""},
      {"+", "\"+\""},
      {".", "\".\""},
      {"1e", "\"1e\""},
      {"0x", "\"0x\""},
      {"0xg", "\"0xg\""},
      {"-0x1", "\"-0x1\""},
      {"e5", "\"e5\""},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"'true'", "\"true\""},
      {"\"12\"", "\"12\""},
      {"''", "\"\""},
      {"\"null\"", "\"null\""},
      {"$data.x", "\"$data.x\""},
  };
  for (const Meaning& meaning : cases) {
    if (std::string_view(meaning.plain) == "-") continue;  // a list, in a block
    const Outcome outcome = read("k: " + std::string(meaning.plain) + "\n");
    ASSERT_TRUE(outcome.node) << outcome.text();
    EXPECT_EQ(outcome.node->find("k")->to_json(), Json::parse(meaning.json)) << meaning.plain;
  }
}

TEST(Yaml, RefusesNumbersThatItWouldChange) {
  EXPECT_EQ(problem("k: 9223372036854775808"), "1:4 an integer beyond 64 bits");
  EXPECT_EQ(problem("k: -9223372036854775809"), "1:4 an integer beyond 64 bits");
  EXPECT_EQ(problem("k: 0xFFFFFFFFFFFFFFFFFF"), "1:4 an integer beyond 64 bits");
  EXPECT_EQ(problem("k: 1e999"), "1:4 a number out of range");
  EXPECT_EQ(problem("k: .inf"), "1:4 a number that is not finite");
  EXPECT_EQ(problem("k: -.INF"), "1:4 a number that is not finite");
  EXPECT_EQ(problem("k: .nan"), "1:4 a number that is not finite");
}

TEST(Yaml, KnowsThePlaceOfEverything) {
  const Outcome outcome = read(
      "a: one\n"
      "'b c':  \"t\\two\"\n"
      "empty:\n"
      "# comment\n"
      "list:\n"
      "  - x\n"
      "  -\n"
      "  - &n  named\n"
      "  - ~\n"
      "\xC3\xA9: {k: v}\n"
      "block: |\n"
      "  text\n");
  ASSERT_TRUE(outcome.node) << outcome.text();
  const auto& entries = outcome.node->entries();
  EXPECT_EQ(at(outcome.node->place()), "1:1");
  EXPECT_EQ(at(entries[0].value.place()), "1:4");
  EXPECT_EQ(entries[0].value.place().length, 3);
  EXPECT_EQ(at(entries[1].key_place), "2:1");
  EXPECT_EQ(entries[1].key_place.length, 5);
  EXPECT_EQ(at(entries[1].value.place()), "2:9");
  EXPECT_EQ(entries[1].value.place().length, 7);
  EXPECT_EQ(at(entries[2].value.place()), "3:1") << "an empty value has the place of its key";
  const auto& items = entries[3].value.items();
  EXPECT_EQ(at(entries[3].value.place()), "6:3");
  EXPECT_EQ(at(items[0].place()), "6:5");
  EXPECT_EQ(at(items[1].place()), "7:3");
  EXPECT_EQ(at(items[2].place()), "8:9");
  EXPECT_EQ(items[2].place().length, 5);
  EXPECT_EQ(at(items[3].place()), "9:5");
  EXPECT_EQ(at(entries[4].value.place()), "10:5") << "columns count bytes";
  EXPECT_EQ(at(entries[4].value.entries()[0].value.place()), "10:9");
  EXPECT_EQ(at(entries[5].value.place()), "11:8");
  EXPECT_EQ(entries[5].value.text(), "text\n");
}

TEST(Yaml, KnowsPlacesInFilesWithCarriageReturns) {
  const Outcome outcome = read("a: 1\r\nb:\r\n  c: 'x'\r\n");
  ASSERT_TRUE(outcome.node) << outcome.text();
  EXPECT_EQ(at(outcome.node->find("b")->find("c")->place()), "3:6");
  EXPECT_EQ(outcome.node->find("a")->integer(), 1);
}

TEST(Yaml, CallsAnEmptyFileNull) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n"}) {
    const Outcome outcome = read(text);
    ASSERT_TRUE(outcome.node) << text << outcome.text();
    EXPECT_TRUE(outcome.node->is_null());
    EXPECT_GE(outcome.node->place().line, 1) << text;
  }
}

TEST(Yaml, ExpandsAliasesAtThePlaceOfTheAlias) {
  const Outcome outcome = read("a: &x {k: [1, &y 2]}\nb: *x\nc: [*y, *x]\n");
  ASSERT_TRUE(outcome.node) << outcome.text();
  EXPECT_EQ(outcome.node->to_json(), Json::parse(R"({"a":{"k":[1,2]},"b":{"k":[1,2]},"c":[2,{"k":[1,2]}]})"));
  const Node& b = *outcome.node->find("b");
  EXPECT_EQ(at(b.place()), "2:4");
  EXPECT_EQ(b.place().length, 2);
  EXPECT_EQ(at(b.find("k")->place()), "1:11") << "what is inside stays where it is written";
}

TEST(Yaml, LetsAnAnchorBeSetAgain) {
  const Outcome outcome = read("- &x 1\n- *x\n- &x 2\n- *x\n");
  ASSERT_TRUE(outcome.node) << outcome.text();
  EXPECT_EQ(outcome.node->to_json(), Json::parse("[1,1,2,2]"));
}

TEST(Yaml, FindsAnchorsInsideWhatIsStillOpen) {
  const Outcome outcome = read("a:\n  - p: &x [1, 2]\n    q:\n      - r: *x\n      - *x\n");
  ASSERT_TRUE(outcome.node) << outcome.text();
  EXPECT_EQ(outcome.node->to_json(), Json::parse(R"({"a":[{"p":[1,2],"q":[{"r":[1,2]},[1,2]]}]})"));
}

TEST(Yaml, RefusesWhatItDoesNotSpeak) {
  EXPECT_EQ(problem("a: *x\n").substr(0, 22), "1:4 not valid YAML: th");
  EXPECT_EQ(problem("a: &x [*x]\n"), "1:8 an alias of what it stands in");
  EXPECT_EQ(problem("&x [a, *x]\n"), "1:8 an alias of what it stands in");
  EXPECT_EQ(problem("a: !!str 1\n"), "1:4 a YAML tag");
  EXPECT_EQ(problem("a: ! 1\n"), "1:4 a YAML tag");
  EXPECT_EQ(problem("a: &x !foo 1\n"), "1:7 a YAML tag");
  EXPECT_EQ(problem("a: !python/object {b: c}\n"), "1:4 a YAML tag");
  EXPECT_EQ(problem("a: !!null\n"), "1:4 a YAML tag");
  EXPECT_EQ(problem("x: &x {a: 1}\ny:\n  <<: *x\n"), "3:3 a merge key");
  EXPECT_EQ(problem("a: 1\n---\nb: 2\n"), "2:1 a second document in one file");
  EXPECT_EQ(problem("%YAML 1.2\n---\na: 1\n"), "1:1 a YAML directive");
  EXPECT_EQ(problem("# c\n%FOO bar\n---\na: 1\n"), "2:1 a YAML directive");
  EXPECT_EQ(problem("{a: b}: c\n"), "1:1 a map or list as a key");
  EXPECT_EQ(problem("? [a]\n: c\n"), "1:3 a map or list as a key");
  EXPECT_EQ(problem("a: &x b\n*x : c\n"), "2:1 an alias as a key");
  EXPECT_EQ(problem("&x a: b\n"), "1:4 an anchor on a key");
  EXPECT_EQ(problem("a: 1\n: c\n"), "2:1 a key is missing before the colon");
  EXPECT_TRUE(read("'<<': 1\nnull: 2\n~: 3\n1: 4\n").node) << "these are text";
}

TEST(Yaml, NamesBothPlacesOfADuplicateKey) {
  const Outcome outcome = read("a: 1\nb:\n  c: 1\n  \"c\": 2\na: 2\n");
  EXPECT_FALSE(outcome.node);
  EXPECT_EQ(outcome.text(),
            "f.yaml:4:3: duplicate key `c`\n"
            "      \"c\": 2\n"
            "      ^~~  first at line 3, column 3\n"
            "f.yaml:5:1: duplicate key `a`\n"
            "    a: 2\n"
            "    ^  first at line 1, column 1\n");
}

TEST(Yaml, RefusesBytesThatAreNotText) {
  EXPECT_EQ(problem("\xEF\xBB\xBF"
                    "a: 1"),
            "1:1 a byte order mark");
  EXPECT_EQ(problem("\xFF\xFE"
                    "a"),
            "1:1 a byte order mark");
  EXPECT_EQ(problem(std::string_view("a: 1\nb\0c: 2", 11)), "2:2 the control character U+0000");
  EXPECT_EQ(problem("a: \x1B[31m"), "1:4 the control character U+001B");
  EXPECT_EQ(problem("a: \xC2\x9B"), "1:4 the control character U+009B");
  EXPECT_EQ(problem("a: 1\nb: \xC3("), "2:4 byte 0xC3 is not valid UTF-8");
  EXPECT_EQ(problem("a: \xED\xA0\x80"), "1:4 byte 0xED is not valid UTF-8");
  EXPECT_EQ(problem("a:\n\tb: c\n"), "2:3 a tab in the indentation");
  EXPECT_EQ(problem("a: b: c\n"), "1:5 not valid YAML: illegal map value");
  EXPECT_EQ(problem("a: [1, 2\n").substr(0, 21), "2:1 not valid YAML: e");
}

TEST(Yaml, ReadsAFileOnceItIsOneAndSmallEnough) {
  const auto folder = std::filesystem::temp_directory_path() / ("polygate-yaml-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const auto path = folder / "a.yaml";
  std::ofstream(path) << "a: [1]\n";
  Diagnostics fine;
  EXPECT_TRUE(read_file(path, "a.yaml", fine));
  EXPECT_TRUE(fine.empty());

  Diagnostics problems;
  EXPECT_FALSE(read_file(folder / "absent.yaml", "absent.yaml", problems));
  EXPECT_FALSE(read_file(folder, "folder.yaml", problems));
  std::filesystem::resize_file(path, 100 << 20);
  EXPECT_FALSE(read_file(path, "huge.yaml", problems));
  ASSERT_EQ(mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_FALSE(read_file(folder / "fifo", "pipe.yaml", problems));
  EXPECT_EQ(problems.text(),
            "absent.yaml: cannot be read: No such file or directory\n"
            "folder.yaml: is not a regular file\n"
            "huge.yaml: a file of 100MiB, at most 1MiB are read\n"
            "pipe.yaml: is not a regular file\n");
  std::filesystem::remove_all(folder);
}

TEST(Yaml, NamesUnknownKeysAndTheNearestKnownOne) {
  Outcome outcome = read("clam: 1\nclaim: 2\nzzzzzz: 3\n");
  ASSERT_TRUE(outcome.node);
  refuse_unknown_keys(*outcome.node, {"claim", "send"}, "a rule", outcome.diagnostics);
  EXPECT_EQ(outcome.text(),
            "f.yaml:1:1: unknown key `clam` in a rule\n"
            "    clam: 1\n"
            "    ^~~~  did you mean `claim`?\n"
            "f.yaml:3:1: unknown key `zzzzzz` in a rule\n"
            "    zzzzzz: 3\n"
            "    ^~~~~~  known are claim, send\n");
}

TEST(Yaml, CountsLimitsExactly) {
  const Limits limits{.max_bytes = 100, .max_aliases = 2, .max_nodes = 5, .max_depth = 2};
  EXPECT_EQ(problem("[1, 2, 3, 4]", limits), "none");
  EXPECT_EQ(problem("[1, 2, 3, 4, 5]", limits), "1:14 more than 5 values");
  EXPECT_EQ(problem("[[1]]", limits), "none");
  EXPECT_EQ(problem("[[[1]]]", limits), "1:3 nested deeper than 2 levels");
  EXPECT_EQ(problem("[[]]", limits), "none");
  EXPECT_EQ(problem("[[[]]]", limits), "1:3 nested deeper than 2 levels");
  EXPECT_EQ(problem("[&x [], *x]", limits), "none");
  EXPECT_EQ(problem("- &x []\n- - *x\n", limits), "2:5 nested deeper than 2 levels once aliases are expanded");
  EXPECT_EQ(problem("[&x 1, *x, *x]", limits), "none");
  EXPECT_EQ(problem("[&x 1, *x, *x, *x]", limits), "1:16 more than 2 aliases");
  EXPECT_EQ(problem("[&x [1], *x, *x]", limits), "1:14 more than 5 values once aliases are expanded");
  EXPECT_EQ(problem("[&x 1, &y 2, &z 3]", limits), "1:17 more than 2 anchors");
  EXPECT_EQ(problem(std::string(101, 'a'), limits), "0:0 a file of 101B, at most 100B are read");
}

}  // namespace
}  // namespace polygate::yaml
