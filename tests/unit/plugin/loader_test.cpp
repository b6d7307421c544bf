#include "gateway/plugin/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "gateway/plugin/trusted_file.h"
#include "gateway/store/sqlite_store.h"
#include "tests/unit/plugin/entries.h"
#include "tests/unit/store/temporary_folder.h"

namespace polygate {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

fs::path built(const std::string& file) {
  return fs::path(POLYGATE_BINARY_DIR) / file;
}

/// A folder like a deployment's, with copies of built plugins in it.
class PluginFolder : public testing::Test {
 protected:
  PluginFolder() {
    fs::create_directory(folder_);
    ::chmod(folder_.c_str(), 0755);
    put("plugins/example_greeter.so", "example_greeter.so");
  }

  void put(const std::string& from, const std::string& as) {
    fs::copy_file(built(from), folder_ / as);
    ::chmod((folder_ / as).c_str(), 0644);
  }
  static std::string why(const fs::path& folder, std::string_view name) {
    Loader loader(folder);
    auto loaded = loader.load(name);
    return loaded ? "it was loaded" : loaded.failure().message;
  }
  std::string why(std::string_view name) { return why(folder_, name); }

  TemporaryFolder home_;
  fs::path folder_ = home_ / "plugins";
};

TEST_F(PluginFolder, GivesThePluginsOwnHandlers) {
  Loader loader(folder_);
  auto plugin = loader.load("example_greeter");
  ASSERT_TRUE(plugin) << plugin.failure().message;
  EXPECT_EQ((*plugin)->find("nothing"), nullptr);
  const HandlerFactory* greet = (*plugin)->find("greet");
  ASSERT_NE(greet, nullptr);
  EXPECT_EQ(greet->threading, Threading::inline_);
  EXPECT_EQ((*plugin)->find("visitors")->threading, Threading::blocking);
  auto store = open_sqlite(home_ / "db");
  ASSERT_TRUE(migrate(**store, "example_greeter", (*plugin)->migrations));
  auto handler = greet->make({.values = {{"greeting", "Hello"}}, .store = store->get()});
  for (const int visits : {1, 2}) {
    EXPECT_EQ(settled(**store, handler({.data = {{"name", "Ada"}}})).result(),
              Json({{"text", "Hello, Ada!"}, {"visits", visits}}));
  }
}

TEST_F(PluginFolder, LoadsAPluginOnce) {
  Loader loader(folder_);
  EXPECT_EQ(*loader.load("example_greeter"), *loader.load("example_greeter"));
}

TEST_F(PluginFolder, SeveralPluginsLiveBesideOneAnother) {
  put("plugins/printer_fleet.so", "printer_fleet.so");
  put("plugins/sensor_telemetry.so", "sensor_telemetry.so");
  Loader loader(folder_);
  for (const char* name : {"example_greeter", "printer_fleet", "sensor_telemetry"}) {
    auto plugin = loader.load(name);
    ASSERT_TRUE(plugin) << plugin.failure().message;
    EXPECT_EQ((*plugin)->name, name);
  }
}

TEST_F(PluginFolder, WhatALoadedPluginThrowsIsUnderstood) {
  put("plugins/sensor_telemetry.so", "sensor_telemetry.so");
  Loader loader(folder_);
  const HandlerFactory* record = (*loader.load("sensor_telemetry"))->find("record");
  const ManualClock clock;
  try {
    record->make({.clock = &clock});
    FAIL() << "the constructor should have thrown";
  } catch (const std::invalid_argument& thrown) {
    EXPECT_THAT(thrown.what(), HasSubstr("readings need a store"));
  }
}

TEST_F(PluginFolder, ALoadedPluginWritesToTheGatewaysStore) {
  put("plugins/sensor_telemetry.so", "sensor_telemetry.so");
  const ManualClock clock;
  auto store = open_sqlite(home_ / "db");
  Loader loader(folder_);
  auto plugin = loader.load("sensor_telemetry");
  ASSERT_TRUE(plugin) << plugin.failure().message;
  ASSERT_TRUE(migrate(**store, "sensor_telemetry", (*plugin)->migrations));
  auto record = (*plugin)->find("record")->make({.store = store->get(), .clock = &clock});
  EXPECT_TRUE(settled(**store, record({.event = "humidity", .session = "s", .data = {{"record", 5}}})).accepted());
  EXPECT_EQ((*store)->query("SELECT record FROM readings", {})->size(), 1U);
}

TEST_F(PluginFolder, SuggestsThePluginThatWasMeant) {
  EXPECT_THAT(why("example_greeter2"), AllOf(HasSubstr("does not exist"), HasSubstr("example_greeter`")));
}

TEST_F(PluginFolder, APluginOfTheProgramNeedsNoFolder) {
  Loader loader("");
  ASSERT_TRUE(loader.register_static(polygate_plugin_printer_fleet));
  EXPECT_TRUE(loader.load("printer_fleet"));
  EXPECT_FALSE(loader.register_static(polygate_plugin_printer_fleet));
  auto other = loader.load("other");
  ASSERT_FALSE(other);
  EXPECT_THAT(other.failure().message, HasSubstr("names no plugin folder"));
}

TEST_F(PluginFolder, T60_AWrongAbiIsRefusedWithASentenceThatNamesBoth) {
  put("broken_plugins/wrong_abi.so", "wrong_abi.so");
  EXPECT_THAT(why("wrong_abi"), AllOf(HasSubstr("\"polygate-0 of another time\""), HasSubstr(kAbiTag)));
}

TEST_F(PluginFolder, T60_AMissingSymbolIsRefused) {
  put("broken_plugins/no_entry.so", "no_entry.so");
  EXPECT_THAT(why("no_entry"), HasSubstr("has no symbol `polygate_plugin`"));
}

TEST_F(PluginFolder, T60_WhatIsNoSharedObjectIsRefused) {
  std::ofstream(folder_ / "text.so") << "this is text";
  EXPECT_THAT(why("text"), HasSubstr("cannot be loaded"));
}

TEST_F(PluginFolder, T60_APluginUnderAnothersNameIsRefused) {
  put("plugins/example_greeter.so", "other.so");
  EXPECT_THAT(why("other"), HasSubstr("names itself `example_greeter`"));
}

TEST_F(PluginFolder, T60_NamesThatAreNoNamesNeverReachTheDisk) {
  for (const char* name : {"", "..", "../example_greeter", "/etc/passwd", "a.b", "Example", "a b", "a/b"}) {
    EXPECT_THAT(why(name), HasSubstr("[a-z0-9_]")) << name;
  }
  EXPECT_THAT(why(std::string(65, 'a')), HasSubstr("1 to 64 characters"));
  EXPECT_THAT(why("polygate"), HasSubstr("the gateway's own")) << "its tables of `once` are of that name";
}

TEST_F(PluginFolder, T60_ASymbolicLinkIsRefused) {
  fs::create_symlink(folder_ / "example_greeter.so", folder_ / "linked.so");
  EXPECT_THAT(why("linked"), HasSubstr("is a symbolic link"));
}

TEST_F(PluginFolder, T60_AFolderInPlaceOfTheFileIsRefused) {
  fs::create_directory(folder_ / "folder.so");
  EXPECT_THAT(why("folder"), HasSubstr("is not a regular file"));
}

TEST_F(PluginFolder, T60_ARelativeFolderIsRefused) {
  EXPECT_THAT(why("plugins", "example_greeter"), HasSubstr("must be an absolute path"));
}

TEST_F(PluginFolder, T60_AFileThatOthersMayWriteIsRefused) {
  for (const mode_t mode : {0666U, 0664U, 0646U}) {
    ::chmod((folder_ / "example_greeter.so").c_str(), mode);
    EXPECT_THAT(why("example_greeter"), AllOf(HasSubstr("example_greeter.so has mode 06"), HasSubstr("chmod go-w")));
  }
}

TEST_F(PluginFolder, T60_AFolderThatOthersMayWriteIsRefusedEvenWhenItIsSticky) {
  for (const mode_t mode : {0777U, 0775U, 01777U}) {
    ::chmod(folder_.c_str(), mode);
    EXPECT_THAT(why("example_greeter"), HasSubstr("plugins has mode"));
  }
}

TEST_F(PluginFolder, T60_AFolderAboveThatOthersMayWriteIsRefused) {
  ::chmod(home_.path().c_str(), 0777);
  EXPECT_THAT(why("example_greeter"), HasSubstr(home_.path().string() + " has mode 0777"));
}

TEST_F(PluginFolder, T60_AStrangersFileIsRefused) {
  // Root gives the file away; anybody else is a stranger to the next user.
  const uid_t we = ::geteuid();
  const uid_t owner = we == 0 ? 65'534 : we;
  const uid_t user = we == 0 ? 0 : we + 1;
  if (we == 0) {
    ASSERT_EQ(::chown((folder_ / "example_greeter.so").c_str(), owner, owner), 0);
  }
  const auto found = trusted_file(fs::canonical(folder_), "example_greeter.so", user);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.failure().message, HasSubstr("example_greeter.so belongs to user " + std::to_string(owner) +
                                                 ", expected root or user " + std::to_string(user)));
  if (we == 0) {
    EXPECT_THAT(why("example_greeter"), HasSubstr(found.failure().message));
  }
}

void throwing_install(PluginRegistry&) {
  throw std::runtime_error("no licence");
}
void empty_install(PluginRegistry&) {}

struct Nothing {
  explicit Nothing(const Settings&) {}
  Outcome operator()(const Call&) { return Outcome::accept(); }
};
void doubled_install(PluginRegistry& registry) {
  registry.handler<Nothing>("twice");
  registry.handler<Nothing>("twice");
}

void misnamed_failure_install(PluginRegistry& registry) {
  registry.handler<Nothing>("nothing");
  registry.failure("No circle", Reason::absent, "no such circle");
}
void doubled_failure_install(PluginRegistry& registry) {
  registry.handler<Nothing>("nothing");
  registry.failure("no_circle", Reason::absent, "no such circle");
  registry.failure("no_circle", Reason::limited, "too many");
}
void mute_failure_install(PluginRegistry& registry) {
  registry.handler<Nothing>("nothing");
  registry.failure("no_circle", Reason::absent, "");
}

void wrong_migrations_install(PluginRegistry& registry) {
  registry.handler<Nothing>("nothing");
  registry.migrations({{"0001 odd", "CREATE TABLE odd (number INTEGER)"}});
}

TEST(Loader, T60_ARegistrationThatFailsIsRefusedWithItsReason) {
  const auto refusal = [](void (*install)(PluginRegistry&)) {
    Loader loader("");
    auto registered = loader.register_static({kAbiTag, "fixture", install});
    return registered ? "it was accepted" : registered.failure().message;
  };
  EXPECT_THAT(refusal(throwing_install), HasSubstr("failed to register: no licence"));
  EXPECT_THAT(refusal(empty_install), HasSubstr("registers no handler"));
  EXPECT_THAT(refusal(doubled_install), HasSubstr("registers the handler `twice` twice"));
  EXPECT_THAT(refusal(misnamed_failure_install), HasSubstr("declares the failure `No circle`, expected a name of"));
  EXPECT_THAT(refusal(doubled_failure_install), HasSubstr("declares the failure `no_circle` twice"));
  EXPECT_THAT(refusal(mute_failure_install), HasSubstr("declares the failure `no_circle` without a message"));
  EXPECT_THAT(refusal(wrong_migrations_install), HasSubstr("registers the migration `0001 odd`: INTEGER does not"));
}

TEST(PluginReadme, ShowsTheExampleThatIsCompiled) {
  const auto text_of = [](const std::string& name) {
    std::ifstream file(fs::path(POLYGATE_SOURCE_DIR) / "plugins" / name);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string page = text_of("README.md");
  EXPECT_THAT(page, HasSubstr("```cpp\n" + text_of("example_greeter/greeter.cpp") + "```"));
  // Its profile stands in a talk, two columns to the right.
  const std::size_t begin = page.find("```yaml\n") + 8;
  std::istringstream profile(page.substr(begin, page.find("```", begin) - begin));
  std::string indented;
  for (std::string line; std::getline(profile, line);) indented += (line.empty() ? "" : "  " + line) + "\n";
  EXPECT_THAT(text_of("../tests/talks/language/plugin-page.talk"), HasSubstr(indented));
}

}  // namespace
}  // namespace polygate
