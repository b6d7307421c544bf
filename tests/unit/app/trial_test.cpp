// What handlers find that are asked by `explain`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gateway/app/offered_plugins.h"
#include "gateway/app/trial.h"
#include "gateway/profile/check.h"
#include "gateway/profile/read.h"
#include "gateway/schema/library.h"
#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Workspace;
using testing::ElementsAre;

/// Says what it found, and emits it.
struct Asker {
  explicit Asker(const Settings& settings) : secret(settings.secrets.at("asker.key")), random(settings.random) {}
  Outcome ask(const Call& call) const {
    const auto there = call.present({"seat/a", "seat/b", "board/main"});
    if (!there) return Outcome::fail(there.failure(), there.failure().message);
    const Json found = {{"there", *there}, {"secret", secret}, {"random", random != nullptr}};
    return Outcome::accept(found).emit({"board/main", "asked", *there});
  }
  const std::string secret;
  const Random* const random;
};

const PluginEntry kAsker = {kAbiTag, "asker", [](PluginRegistry& plugin) {
                              plugin.secret("asker.key");
                              plugin.state<Asker>().handler("ask", &Asker::ask, Threading::blocking);
                            }};

TEST(Trials, HandlersHearWhoIsPresentMeetMadeUpSecretsAndEmit) {
  const Workspace workspace;
  workspace.write("schemas/ask.json",
                  R"({"$defs": {"ask": {}, "asker.ask.result": {}, "asked": {}, "sit": {}, "error": {}}})");
  const std::string file = workspace.write("ask.yaml", R"(profile: ask
dialect: {name: event, body: data}
schema: ask.json
plugins: [asker]
endpoints: {/: {role: guest}}
otherwise: {reply: {as: error}}
events:
  ask: {from: guest, handler: {name: asker.ask, emits: [asked, board/]}, reply: {as: asked, data: $result}}
  sit: {from: guest, claim: seat/$data, join: board/main}
)");
  Diagnostics diagnostics;
  const auto profile = profile::read_file(file, file, profile::Caps{}, diagnostics);
  ASSERT_NE(profile, nullptr);
  schema::Library schemas(workspace.path("schemas"));
  Loader loader("");
  ASSERT_TRUE(loader.register_static(kAsker));
  profile::Surroundings around;
  around.schemas = &schemas;
  offer_plugins(loader, {"asker"}, around);
  profile::check(*profile, around, diagnostics);
  ASSERT_TRUE(diagnostics.empty()) << diagnostics.text();

  TrialSettings settings;
  settings.present = {*topic_of(*profile, "seat/b")};
  settings.inside = {*topic_of(*profile, "board/main")};
  const SystemClock clock;
  Trial trial(*profile, std::move(settings), clock);
  ASSERT_TRUE(trial.load_handlers(loader));
  json::Document document;
  auto event = profile->dialect->decode({true, R"({"event": "ask", "data": {}})", 5, {}}, document, {});
  const TrialOutcome outcome = trial.take(profile->events.at("ask"), "ask", *event);
  ASSERT_FALSE(outcome.verdict.failure) << outcome.verdict.failure->message;
  ASSERT_EQ(outcome.effects.sends.size(), 1U);
  EXPECT_EQ(outcome.effects.sends[0].topic.text(), "board/main");
  EXPECT_EQ(outcome.effects.sends[0].frame->message(), R"({"event":"asked","data":["seat/b","board/main"]})");
  ASSERT_EQ(outcome.effects.replies.size(), 1U);
  const Json said = Json::parse(outcome.effects.replies[0]->message())["data"];
  EXPECT_EQ(said["there"], Json({"seat/b", "board/main"}));
  EXPECT_EQ(said["secret"], Json(std::string(32, '?')));
  EXPECT_EQ(said["random"], Json(true));
  EXPECT_THAT(outcome.assumptions, ElementsAre("secrets are made up"));
}

}  // namespace
}  // namespace polygate::app
