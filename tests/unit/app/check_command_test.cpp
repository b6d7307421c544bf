#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/base/json.h"
#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Ran;
using test::Workspace;
using testing::HasSubstr;

TEST(CheckCommand, SaysWhatWouldBeStarted) {
  const Workspace workspace;
  const Ran ran = workspace.run({"check", "-c", workspace.path("gateway.yaml")});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "ok: 1 profile, 2 events, 1 listener, 1 verifier\n");
  EXPECT_EQ(ran.err, "");
}

TEST(CheckCommand, TellsEveryProblemOfEveryFileAndEndsWith78) {
  const Workspace workspace;
  std::string profile(Workspace::kProfile);
  profile.replace(profile.find("needs: {topic: seat/$data.to"), 28, "needs: {topic: seat/$data.too");
  workspace.write("profiles/notes.yaml", profile);
  workspace.write("gateway.yaml", std::string(Workspace::kConfig) + "  lost: {tokens: {file: nowhere.yaml}}\n");
  const Ran ran = workspace.run({"check", "-c", workspace.path("gateway.yaml")});
  EXPECT_EQ(ran.code, 78);
  EXPECT_THAT(ran.err, HasSubstr("notes.yaml:25:"));
  EXPECT_THAT(ran.err, HasSubstr("did you mean"));
  EXPECT_THAT(ran.err, HasSubstr("nowhere.yaml"));
  EXPECT_THAT(ran.err, HasSubstr("2 problems in 2 files; nothing was started\n"));
  EXPECT_EQ(ran.out, "");
}

TEST(CheckCommand, LeavesTheStoreAlone) {
  const Workspace workspace;
  const std::string root = POLYGATE_SOURCE_DIR;
  std::filesystem::create_directory(workspace.path("data"));
  const auto ran = [&](const std::string& command) {
    return workspace.run({command, "-c", workspace.path("gateway.yaml"), "--set", "store=data", "--set",
                          "profiles=[" + root + "/profiles/sensor-telemetry.yaml]", "--set",
                          "schemas=" + root + "/schemas", "--set",
                          std::string("plugins=") + POLYGATE_BINARY_DIR + "/plugins"});
  };
  const Ran checked = ran("check");
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_TRUE(std::filesystem::is_empty(workspace.path("data"))) << "no migration has run";
}

TEST(CheckCommand, ProfilesThatKeepSomethingMayNotAddUpToMoreThanTheProcess) {
  const Workspace workspace;
  std::string other(Workspace::kProfile);
  other.replace(other.find("profile: notes"), 14, "profile: other");
  other.replace(other.find("/notes:"), 7, "/other:");
  const auto each_keeps = [&](const std::string& most) {
    workspace.write("profiles/notes.yaml", std::string(Workspace::kProfile) + "\nlimits: {kept_bytes: " + most + "}\n");
    workspace.write("profiles/other.yaml", other + "\nlimits: {kept_bytes: " + most + "}\n");
  };
  each_keeps("64MiB");
  const auto check = [&](std::vector<std::string> sets) {
    std::vector<std::string> words = {"check", "-c", workspace.path("gateway.yaml"), "--set",
                                      "profiles=[profiles/notes.yaml, profiles/other.yaml]"};
    for (const std::string& set : sets) words.insert(words.end(), {"--set", set});
    return workspace.run(words);
  };
  EXPECT_EQ(check({}).code, 0);
  each_keeps("100MiB");
  EXPECT_EQ(check({"limits.kept_bytes_together=200MiB"}).code, 0);
  const Ran more = check({"limits.kept_bytes_together=199MiB"});
  EXPECT_EQ(more.code, 78);
  EXPECT_THAT(more.err, HasSubstr("flag --set limits.kept_bytes_together:2:"));
  EXPECT_THAT(more.err, HasSubstr("the profiles may keep more (notes 100MiB, other 100MiB) than all of them together, "
                                  "199MiB (limits.kept_bytes_together)"));
  each_keeps("200MiB");
  EXPECT_EQ(check({}).code, 78) << "more than the default";
  other.erase(other.find(", keep: last"), 12);
  each_keeps("200MiB");
  EXPECT_EQ(check({}).code, 0) << "only one of them keeps anything";
}

TEST(CheckCommand, AProfileMayAskForLessThanItsDeploymentAllowsButNotForMore) {
  const Workspace workspace;
  const auto check = [&](const std::string& limits) {
    workspace.write("profiles/notes.yaml", std::string(Workspace::kProfile) + "\nlimits: {" + limits + "}\n");
    return workspace.run({"check", "-c", workspace.path("gateway.yaml"), "--set", "limits.message_bytes=4KiB"});
  };
  EXPECT_EQ(check("").code, 0);
  EXPECT_EQ(check("message_bytes: 4KiB").code, 0);
  const Ran more = check("message_bytes: 5KiB");
  EXPECT_EQ(more.code, 78);
  EXPECT_THAT(more.err, HasSubstr("profiles/notes.yaml:37:25: `message_bytes` is 5KiB, this deployment allows at most "
                                  "4KiB\n"));
  EXPECT_THAT(more.err, HasSubstr("flag --set limits.message_bytes"));
  EXPECT_EQ(workspace.run({"check", workspace.path("profiles/notes.yaml")}).code, 0) << "alone it may have the range";
}

TEST(CheckCommand, AsJsonTheProblemsAreTheResult) {
  const Workspace workspace;
  const Ran good = workspace.run({"check", "-c", workspace.path("gateway.yaml"), "--format", "json"});
  EXPECT_EQ(Json::parse(good.out), Json::array());
  const Ran bad =
      workspace.run({"check", "-c", workspace.path("gateway.yaml"), "--format", "json", "--set", "worker=2"});
  EXPECT_EQ(bad.code, 78);
  EXPECT_EQ(Json::parse(bad.out)[0]["file"], "flag --set worker");
}

TEST(CheckCommand, ChecksAProfileAloneAndTakesItsSurroundingsAsGiven) {
  const Workspace workspace;
  const Ran ran = workspace.run({"check", workspace.path("profiles/notes.yaml")});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "ok: 1 profile, 2 events\n");
}

TEST(CheckCommand, AProfileAloneIsStillHeldAgainstItsSchemas) {
  const Workspace workspace;
  workspace.write("elsewhere/notes.json", R"({"$defs": {"hello": true}})");
  const Ran ran =
      workspace.run({"check", workspace.path("profiles/notes.yaml"), "--schemas", workspace.path("elsewhere")});
  EXPECT_EQ(ran.code, 78);
  EXPECT_THAT(ran.err, HasSubstr("event `note` has no definition"));
}

TEST(CheckCommand, TheShippedProfilesAreFine) {
  const Workspace workspace;
  const std::string root = POLYGATE_SOURCE_DIR;
  for (const auto& file : std::filesystem::directory_iterator(root + "/profiles")) {
    if (file.path().extension() != ".yaml") continue;
    const Ran ran = workspace.run({"check", file.path().string()});
    EXPECT_EQ(ran.code, 0) << ran.err;
  }
}

}  // namespace
}  // namespace polygate::app
