#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/app/scratch_store.h"
#include "gateway/plugin/handlers.h"
#include "gateway/plugin/loader.h"
#include "gateway/plugin/system_random.h"
#include "gateway/rules/run.h"

namespace polygate::app {

/// The sender that a trial makes up, and who else is there.
struct TrialSettings {
  profile::RoleIndex role = 0;
  std::string user;
  Json claims = Json::object();
  Json variables = Json::object();
  std::vector<std::pair<std::string, std::string>> path;
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string name;            ///< of which a rule of `presence` tells
  std::vector<Topic> inside;   ///< the sender is on them
  std::vector<Topic> present;  ///< somebody else is
};

/// What one event did, or would have done.
struct TrialOutcome {
  const profile::Rule* rule = nullptr;  ///< that took it; null: none did
  rules::Verdict verdict;
  rules::Effects effects;
  std::vector<std::string> assumptions;  ///< what a deployment would have looked at
};

/// Takes one event through a profile's rules in this process, through the same Run as the gateway, but with a made-up
/// sender and nothing around it: nobody is told anything. Tokens are believed, and so are handlers unless a folder of
/// plugins was given.
class Trial {
 public:
  Trial(const profile::Profile& profile, TrialSettings settings, const Clock& clock);
  ~Trial();

  /// Makes the handlers of the profile's plugins, so that they are really asked; those that keep rows meet a store
  /// without any. The failure names the plugin or the handler. `loader` outlives the trial.
  Result<void> load_handlers(Loader& loader);

  /// One event: the first of its `rules` that is for the sender's role and the data is taken.
  TrialOutcome take(const std::vector<profile::Rule>& rules, std::string_view event, const dialect::Event& message);
  /// A rule of `opened`, `closed` or `presence`.
  TrialOutcome take(const profile::Rule& rule);

 private:
  class Sender;
  class Desk;

  TrialOutcome take(const profile::Rule& rule, std::string_view event, const dialect::Event* message);
  std::string name(std::vector<std::string>& assumptions) const;

  const profile::Profile& profile_;
  const TrialSettings settings_;
  const Clock& clock_;
  std::unique_ptr<ScratchStore> scratch_;
  const SystemRandom random_;
  bool has_secrets_ = false;  ///< some plugin declares one; what handlers get is made up
  std::unique_ptr<Handlers> handlers_;
  std::map<std::string, Handlers::Id> handler_ids_;
};

/// `text` such as room/a1 as a topic of the profile; the failure names the families that it has.
Result<Topic> topic_of(const profile::Profile& profile, const std::string& text);

}  // namespace polygate::app
