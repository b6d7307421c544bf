// The folders for the files of plugins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "gateway/app/deployment.h"
#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

namespace fs = std::filesystem;

using test::Workspace;
using testing::HasSubstr;

/// What the last shelf was made from.
Settings& shelved() {
  static Settings settings;
  return settings;
}

struct Shelf {
  explicit Shelf(const Settings& settings) { shelved() = settings; }
  Outcome operator()(const Call&) const { return Outcome::accept(); }
};

const PluginEntry kShelf = {kAbiTag, "shelf", [](PluginRegistry& plugin) { plugin.handler<Shelf>("put"); }};

class FilesOfProfiles : public testing::Test {
 protected:
  FilesOfProfiles() {
    workspace.write("profiles/notes.yaml",
                    "profile: notes\n"
                    "dialect: {name: event, body: data}\n"
                    "schema: notes.json\n"
                    "plugins: [shelf]\n"
                    "endpoints: {/notes: {role: guest}}\n"
                    "events: {hello: {from: guest, handler: shelf.put}}\n"
                    "otherwise: {reply: {as: error, data: {reason: $failure, text: $message}}}\n");
    workspace.write("schemas/notes.json", R"({"$defs": {"hello": {}, "error": {}}})");
    fs::create_directory(folder);
  }

  /// Loads it, or does what `check` does, and gives what was wrong.
  std::string load(bool checks = false, const std::string& files = "shelves") {
    shelved() = {};
    Diagnostics diagnostics;
    auto config = read_config(workspace.path("gateway.yaml"), {{"files", files, "this test"}}, diagnostics);
    Deployment::Options options;
    options.clock = &clock;
    options.log = &log;
    options.open_stores = !checks;
    options.static_plugins = {&kShelf};
    if (config) deployment = Deployment::load(std::move(*config), options, diagnostics);
    return diagnostics.text();
  }
  static unsigned mode(const fs::path& path) { return static_cast<unsigned>(fs::status(path).permissions()); }

  Workspace workspace;
  const fs::path folder = workspace.path("shelves");
  const SystemClock clock;
  Log log{Log::Format::text, Level::error};
  std::unique_ptr<Deployment> deployment;  // whose the folder's name is
};

TEST_F(FilesOfProfiles, AreInAFolderThatNobodyElseMayEnter) {
  const ::mode_t before = ::umask(0);
  EXPECT_EQ(load(), "");
  ::umask(before);
  ASSERT_NE(shelved().files, nullptr);
  EXPECT_EQ(shelved().files->folder(), folder / "notes");
  EXPECT_TRUE(fs::is_directory(folder / "notes"));
  EXPECT_EQ(mode(folder / "notes"), 0700U);
  EXPECT_EQ(load(), "") << "it is there already";
  EXPECT_NE(shelved().files, nullptr);
}

TEST_F(FilesOfProfiles, AreNotMadeByACheck) {
  EXPECT_EQ(load(true), "");
  ASSERT_NE(shelved().files, nullptr);
  EXPECT_EQ(shelved().files->folder(), folder / "notes");
  EXPECT_FALSE(fs::exists(folder / "notes"));
}

TEST_F(FilesOfProfiles, AreNowhereWithoutASetting) {
  Diagnostics diagnostics;
  auto config = read_config(workspace.path("gateway.yaml"), {}, diagnostics);
  Deployment::Options options;
  options.clock = &clock;
  options.log = &log;
  options.static_plugins = {&kShelf};
  EXPECT_NE(Deployment::load(std::move(*config), options, diagnostics), nullptr) << diagnostics.text();
  EXPECT_EQ(shelved().files, nullptr);
}

TEST_F(FilesOfProfiles, AreRefusedWhereOthersCouldReachThem) {
  for (const bool checks : {false, true}) {
    fs::create_directory(folder / "notes");
    fs::permissions(folder / "notes", fs::perms(0750));
    const std::string wrong = "this test:1:10: the files of profile `notes`: " + (folder / "notes").string();
    EXPECT_THAT(load(checks), HasSubstr(wrong + " is open to other users: its mode should be 0700"));
    EXPECT_EQ(shelved().files, nullptr) << "no handler is made";
    fs::remove(folder / "notes");
    fs::create_directory_symlink(workspace.path("schemas"), folder / "notes");
    EXPECT_THAT(load(checks), HasSubstr(wrong + " is no folder"));
    fs::remove(folder / "notes");
    workspace.write("shelves/notes", "a file");
    EXPECT_THAT(load(checks), HasSubstr(wrong + " is no folder"));
    fs::remove(folder / "notes");
    EXPECT_THAT(load(checks, "nowhere"), HasSubstr(workspace.path("nowhere") + ": No such file or directory"));
  }
}

}  // namespace
}  // namespace polygate::app
