#include "gateway/base/diagnostics.h"

#include <gtest/gtest.h>

#include "gateway/base/json.h"

namespace polygate {
namespace {

TEST(Diagnostics, ShowNoPassword) {
  Diagnostics diagnostics;
  diagnostics.source("a.yaml", "store: db://me:secret@h\n");
  diagnostics.source("b.yaml", "");
  diagnostics.source("b.yaml", "store: db://me:again@h\n");
  diagnostics.add({"a.yaml", 1, 8, 4}, "no URI: \"db://me:secret@h\"");
  diagnostics.add_passing({"b.yaml", 1, 8, 4}, "out of reach: db://me:again@h");
  EXPECT_EQ(diagnostics.text(),
            "a.yaml:1:8: no URI: \"db://me:******@h\"\n"
            "    store: db://me:******@h\n"
            "           ^~~~\n"
            "b.yaml:1:8: out of reach: db://me:*****@h\n"
            "    store: db://me:*****@h\n"
            "           ^~~~\n");
}

TEST(Diagnostics, MayPassWhenNoneIsTheFilesFault) {
  Diagnostics diagnostics;
  EXPECT_FALSE(diagnostics.may_pass());
  diagnostics.add_passing({"a.yaml", 1, 1, 0}, "a server is down");
  EXPECT_TRUE(diagnostics.may_pass());
  diagnostics.add({"a.yaml", 2, 1, 0}, "a key is unknown");
  EXPECT_FALSE(diagnostics.may_pass());
}

TEST(Diagnostics, ShowTheLineACaretAndTheHintInOrder) {
  Diagnostics diagnostics;
  diagnostics.source("b.yaml", "one: 1\r\n  send: {to: agent/$data.agent_uid}\n\ttab: x\n\xC3\xA9\xC3\xA9: \x1B[31m\n");
  diagnostics.add({"b.yaml", 2, 14, 21}, "$data.agent_uid is not known", "did you mean `$data.agent_uuid`?");
  diagnostics.add({"b.yaml", 1, 1, 0}, "first");
  diagnostics.add({"b.yaml", 3, 7, 1}, "behind a tab");
  diagnostics.add({"b.yaml", 4, 7, 4}, "behind two-byte characters, with an escape in the line");
  diagnostics.add({"a.yaml", 9, 1, 0}, "no source", "but a hint");
  diagnostics.add({"a.yaml"}, "the file as a whole");
  diagnostics.add({"b.yaml", 1, 99, 3}, "a column beyond the line");
  diagnostics.add({"b.yaml", 2, 30, 99}, "longer than the line");
  EXPECT_EQ(diagnostics.text(),
            "a.yaml: the file as a whole\n"
            "a.yaml:9:1: no source\n"
            "    but a hint\n"
            "b.yaml:1:1: first\n"
            "    one: 1\n"
            "    ^~~\n"
            "b.yaml:1:99: a column beyond the line\n"
            "b.yaml:2:14: $data.agent_uid is not known\n"
            "      send: {to: agent/$data.agent_uid}\n"
            "                 ^~~~~~~~~~~~~~~~~~~~~  did you mean `$data.agent_uuid`?\n"
            "b.yaml:2:30: longer than the line\n"
            "      send: {to: agent/$data.agent_uid}\n"
            "                                 ^~~~~~\n"
            "b.yaml:3:7: behind a tab\n"
            "    \ttab: x\n"
            "    \t     ^\n"
            "b.yaml:4:7: behind two-byte characters, with an escape in the line\n"
            "    \xC3\xA9\xC3\xA9: ?[31m\n"
            "        ^~~~\n");
}

TEST(Diagnostics, AreJsonForTools) {
  Diagnostics diagnostics;
  diagnostics.add({"a.yaml", 2, 3, 1}, "bad \"thing\"\xFF", "hint");
  const Json list = Json::parse(diagnostics.json());
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["line"], 2);
  EXPECT_EQ(list[0]["column"], 3);
  EXPECT_EQ(list[0]["hint"], "hint");
}

TEST(Diagnostics, ShowForeignTextOnOneShortLine) {
  EXPECT_EQ(shown("a b"), "a b");
  EXPECT_EQ(shown("a\n\x1B\xFF"), "a\\n\\u001b\xEF\xBF\xBD");
  EXPECT_EQ(shown(std::string(63, 'x') + "\xC3\xA9"), std::string(63, 'x') + "...");
}

TEST(DidYouMean, NamesTheNearestOnly) {
  const std::vector<std::string> known = {"claim", "reply", "send", "otherwise"};
  EXPECT_EQ(did_you_mean("clam", known), "did you mean `claim`?");
  EXPECT_EQ(did_you_mean("calim", known), "did you mean `claim`?");
  EXPECT_EQ(did_you_mean("sned", known), "did you mean `send`?");
  EXPECT_EQ(did_you_mean("otherwize", known), "did you mean `otherwise`?");
  EXPECT_EQ(did_you_mean("claim", known), "");
  EXPECT_EQ(did_you_mean("temperature", known), "");
  EXPECT_EQ(did_you_mean("x", known), "");
  EXPECT_EQ(did_you_mean("", known), "");
  EXPECT_EQ(did_you_mean(std::string(100'000, 'x'), known), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

}  // namespace
}  // namespace polygate
