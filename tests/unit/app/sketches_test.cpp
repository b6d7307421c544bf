// Profiles that do not ship, but show what the language has to be able to say: `polygate check` finds nothing in them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Ran;
using test::Workspace;

const std::filesystem::path kTalks = std::filesystem::path(POLYGATE_SOURCE_DIR) / "tests/talks";

std::string talk_file(const std::string& name) {
  std::ifstream in(kTalks / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// A talk says itself where its profile's schema is.
Ran check_sketch(const std::string& folder, const std::string& name, const std::string& more = "") {
  const Workspace workspace;
  workspace.write("profiles/" + name + ".yaml",
                  talk_file(folder + '/' + name + ".yaml") + "schema: " + name + ".json\n" + more);
  workspace.write("schemas/" + name + ".json", talk_file(folder + '/' + name + ".json"));
  workspace.write("users.secret", "a secret of more than thirty-two bytes, for tests");
  return workspace.run({"check", "-c", workspace.path("gateway.yaml"), "--set", "profiles=[profiles/" + name + ".yaml]",
                        "--set", "verifiers={users: {jwt: {algorithm: HS256, key: {file: users.secret}}}}", "--set",
                        std::string("plugins=") + POLYGATE_BINARY_DIR + "/talk_plugins"});
}

TEST(Sketches, TheHubPassesCheck) {
  const Ran ran = check_sketch("hub", "hub");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "ok: 1 profile, 14 events, 1 listener, 2 verifiers\n");
  EXPECT_EQ(ran.err, "");
}

TEST(Sketches, WalkersPassCheck) {
  const Ran ran = check_sketch("walkers", "walkers");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "ok: 1 profile, 5 events, 1 listener, 2 verifiers\n");
  EXPECT_EQ(ran.err, "");
}

TEST(Sketches, AreReallyLookedAt) {
  const Ran ran = check_sketch("hub", "hub", "timers: {sweep: {every: 1s, handler: hub_desk.nobody}}\n");
  EXPECT_EQ(ran.code, 78);
  EXPECT_NE(ran.err.find("plugin `hub_desk` has no handler `nobody`"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace polygate::app
