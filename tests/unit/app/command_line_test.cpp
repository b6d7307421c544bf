#include "gateway/app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Ran;
using test::Workspace;
using testing::HasSubstr;

TEST(CommandLine, ABareCallPrintsHelp) {
  const Ran ran = Workspace().run({});
  EXPECT_EQ(ran.code, 0);
  for (const char* command : {"run", "check", "validate", "explain", "token", "config"}) {
    EXPECT_THAT(ran.out, HasSubstr(command));
  }
  EXPECT_EQ(ran.err, "");
}

TEST(CommandLine, TellsItsVersion) {
  const Ran ran = Workspace().run({"--version"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("polygate 0."));
}

TEST(CommandLine, WrongUseIsToldOnStandardErrorAndEndsWith2) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"rum"},
                                                {"run", "--nonsense"},
                                                {"run", "--format", "xml"},
                                                {"run", "--set", "workers"},
                                                {"validate"},
                                                {"explain", "p", "e"}}) {
    const Ran ran = Workspace().run(words);
    EXPECT_EQ(ran.code, 2) << words.front();
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err, "");
  }
}

}  // namespace
}  // namespace polygate::app
