// Secrets of plugins: the profile says where they are, and nothing shows what they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "gateway/app/deployment.h"
#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Workspace;
using testing::HasSubstr;
using testing::Not;

/// What the last vault was made from.
Settings& found() {
  static Settings settings;
  return settings;
}

struct Vault {
  explicit Vault(const Settings& settings) { found() = settings; }
  Outcome open(const Call&) const { return Outcome::accept(); }
};

const PluginEntry kVault = {kAbiTag, "vault", [](PluginRegistry& plugin) {
                              plugin.secret("vault.pepper");
                              plugin.secret("vault.deep.salt");
                              plugin.secret("vault.none");
                              plugin.state<Vault>().handler("open", &Vault::open, Threading::inline_);
                            }};

/// A deployment whose one profile has this under `settings.vault`.
class Secret : public testing::Test {
 protected:
  bool load(const std::string& vault) {
    found() = {};
    workspace.write("schemas/notes.json", R"({"$defs": {"hello": {}, "error": {}}})");
    workspace.write("profiles/notes.yaml",
                    "profile: notes\n"
                    "dialect: {name: event, body: data}\n"
                    "schema: notes.json\n"
                    "plugins: [vault]\n"
                    "settings: {vault: " +
                        vault +
                        "}\n"
                        "endpoints: {/notes: {role: guest}}\n"
                        "events: {hello: {from: guest, handler: vault.open}}\n"
                        "otherwise: {reply: {as: error, data: {reason: $failure, text: $message}}}\n");
    Diagnostics diagnostics;
    auto config = read_config(workspace.path("gateway.yaml"), {}, diagnostics);
    Deployment::Options options;
    options.clock = &clock;
    options.log = &log;
    options.open_stores = false;
    options.static_plugins = {&kVault};
    const auto deployment = config ? Deployment::load(std::move(*config), options, diagnostics) : nullptr;
    said = diagnostics.text();
    return deployment != nullptr;
  }

  Workspace workspace;
  const SystemClock clock;
  Log log{Log::Format::text, Level::error};
  std::string said;
};

TEST_F(Secret, IsReadFromWhereTheProfileSaysThatItIs) {
  workspace.write("keys/pepper", "red pepper\n");
  ::setenv("SALT_OF_THIS_TEST", "sea salt", 1);
  ASSERT_TRUE(load("{pepper: {file: keys/pepper}, deep: {salt: {env: SALT_OF_THIS_TEST}}}")) << said;
  EXPECT_EQ(found().secrets, (Secrets{{"vault.pepper", "red pepper"}, {"vault.deep.salt", "sea salt"}}));
  EXPECT_EQ(found().values["vault"]["pepper"], Json({{"file", "keys/pepper"}}));
  EXPECT_NE(found().random, nullptr);
  ASSERT_TRUE(load("{pepper: {env: SALT_OF_THIS_TEST}}")) << said;
  EXPECT_EQ(found().secrets, (Secrets{{"vault.pepper", "sea salt"}}));
  ::unsetenv("SALT_OF_THIS_TEST");
}

TEST_F(Secret, ThatCannotBeReadStopsTheStartBeforeAHandlerIsMade) {
  EXPECT_FALSE(load("{deep: {salt: {env: NO_SALT_OF_THIS_TEST}}}"));
  EXPECT_THAT(said, HasSubstr("notes.yaml:5:33: settings.vault.deep.salt, a secret for plugin `vault`, cannot be read: "
                              "environment variable NO_SALT_OF_THIS_TEST: is not set"));
  EXPECT_EQ(found().random, nullptr);
  EXPECT_FALSE(load("{pepper: {file: keys/none}}"));
  EXPECT_THAT(said, HasSubstr("notes.yaml:5:28: settings.vault.pepper, a secret for plugin `vault`, cannot be read: " +
                              workspace.path("keys/none") + ": cannot be read: No such file"));
}

TEST_F(Secret, InTheProfileItselfIsRefusedAndNotShown) {
  for (const char* const written :
       {"hunter2", "{env: hunter2, file: b}", "{value: hunter2}", "{env: [hunter2]}", "{env: ''}", "[hunter2]"}) {
    EXPECT_FALSE(load(std::string("{pepper: ") + written + "}")) << written;
    EXPECT_THAT(said,
                HasSubstr("notes.yaml: settings.vault.pepper, a secret for plugin `vault`, is not there on line 5: "
                          "what stands there is where it is, {env: NAME} or {file: PATH}"));
    EXPECT_THAT(said, Not(HasSubstr("hunter2")));
    EXPECT_EQ(found().random, nullptr);
  }
}

}  // namespace
}  // namespace polygate::app
