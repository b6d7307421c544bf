#include "gateway/app/trial.h"

#include <algorithm>
#include <future>

#include "gateway/base/units.h"
#include "gateway/rules/choice.h"
#include "gateway/rules/failing.h"
#include "gateway/rules/render.h"
#include "gateway/rules/topic_named.h"

namespace polygate::app {
namespace {

template <class List>
bool contains(const List& topics, const Topic& topic) {
  return std::find(topics.begin(), topics.end(), topic) != topics.end();
}

bool is_built_in(std::string_view family) {
  return family == "session" || family == "user" || family == "role";
}

}  // namespace

/// Who sends the event.
class Trial::Sender final : public rules::Subject {
 public:
  Sender(const profile::Profile& profile, const TrialSettings& settings)
      : settings_(settings), inside_(settings.inside) {
    id_.nonce = 1;
    auto identity = std::make_shared<auth::Identity>();
    identity->user = settings.user;
    identity->claims = settings.claims;
    if (!settings.user.empty() || !settings.claims.empty()) identity_ = std::move(identity);
    inside_.push_back(Topic::make(TopicKind::session, profile.name, "session", id_.text()));
    add(rules::built_in_topic(profile, "role", profile.role_name(settings.role)));
    if (!settings.user.empty()) add(rules::built_in_topic(profile, "user", settings.user));
    memberships_left_ = profile.limits.memberships - std::min(profile.limits.memberships, settings.inside.size());
  }

  SessionId id() const override { return id_; }
  profile::RoleIndex role() const override { return settings_.role; }
  const auth::IdentityPtr& identity() const override { return identity_; }
  std::string_view user() const override { return settings_.user; }
  std::string_view address() const override { return "127.0.0.1"; }
  const Json* variables() const override { return settings_.variables.empty() ? nullptr : &settings_.variables; }
  std::vector<Topic> joined(std::string_view family) const override {
    std::vector<Topic> topics;
    for (const Topic& topic : settings_.inside) {
      if (topic.family() == family) topics.push_back(topic);
    }
    return topics;
  }
  bool inside(const Topic& topic) const override { return contains(inside_, topic); }
  std::vector<Topic> gained() const override { return settings_.inside; }
  std::size_t memberships_left() const override { return memberships_left_; }
  std::optional<std::string_view> parameter(profile::Root where, std::string_view name) const override {
    const auto& list = where == profile::Root::path    ? settings_.path
                       : where == profile::Root::query ? settings_.query
                                                       : settings_.headers;
    for (const auto& [known, value] : list) {
      if (known == name) return value;
    }
    return std::nullopt;
  }

 private:
  void add(std::optional<Topic> topic) {
    if (topic) inside_.push_back(std::move(*topic));
  }

  const TrialSettings& settings_;
  std::vector<Topic> inside_;
  SessionId id_;
  auth::IdentityPtr identity_;
  std::size_t memberships_left_ = 0;
};

/// Answers what the run asks, from what the trial was told.
class Trial::Desk final : public rules::Host {
 public:
  Desk(Trial& trial, const Sender& sender, std::vector<std::string>& assumptions)
      : trial_(trial), sender_(sender), assumptions_(assumptions) {}

  void run(rules::Run& run) {
    run_ = &run;
    run.advance(*this);
  }

  void charge(const profile::RateStep& rate, std::string key) override {
    assumptions_.push_back((key.empty() ? "the session" : key) + " has used less than " +
                           std::to_string(rate.at.count) + " in " + format_duration(rate.at.within));
    run_->answer(Json(nullptr));
  }
  void recall(const Topic& topic, const std::string& key) override {
    assumptions_.push_back("nothing stays on " + std::string(topic.text()) + " under " + key);
    run_->answer(Json::array());
  }
  void claim(const Topic& topic, Taken when_taken) override {
    const std::string name(topic.text());
    if (sender_.inside(topic)) {
      run_->answer(Failure{Reason::taken, "you hold " + name + " already"});
    } else if (!contains(trial_.settings_.present, topic)) {
      run_->answer(Json(nullptr));
    } else if (when_taken == Taken::replace) {
      assumptions_.push_back("the session that holds " + name + " loses it and is closed");
      run_->answer(Json(nullptr));
    } else {
      if (when_taken == Taken::probe) assumptions_.push_back("the session that holds " + name + " is alive");
      run_->answer(Failure{Reason::taken, name + " is taken"});
    }
  }
  void release(const Topic&) override {}
  void present(const Topic& topic) override { run_->answer(Json(is_there(topic))); }
  void look(const std::string& look, Call call) override {
    const std::string assumed = call.authenticates ? " accepts who the token says" : " finds nothing as $found";
    ask_plugin(look, std::move(call), "look " + look + assumed);
  }
  void line_up(const std::string& text) override {
    assumptions_.push_back("no event before it in the order " + text + " is still under way");
    run_->answer(Json(nullptr));
  }
  void begin(const profile::OnceStep&, const std::string& key, std::uint64_t) override {
    assumptions_.push_back("it was not done with the key " + key + " before");
    run_->answer(Json(nullptr));
  }
  void handle(const std::string& handler, Call call) override {
    ask_plugin(handler, std::move(call), "handler " + handler + " accepts, with nothing as $result");
  }
  Result<rules::Judged> verify(const profile::AuthenticateStep& step, const std::string&) override {
    const profile::Judge& judge = step.judges.front();
    auto identity = std::make_shared<auth::Identity>();
    identity->user = trial_.settings_.user.empty() ? "somebody" : trial_.settings_.user;
    identity->claims = trial_.settings_.claims;
    identity->verifier = judge.verifier;
    assumptions_.push_back("verifier " + judge.verifier + " accepts the token, as one of user " + identity->user);
    return rules::Judged{std::move(identity), &judge};
  }
  json::Document& scratch() override { return scratch_; }

 private:
  bool is_there(const Topic& topic) const { return contains(trial_.settings_.present, topic) || sender_.inside(topic); }
  /// What a handler hears that asks.
  Enquiries::Present there(const std::vector<std::string>& names) const {
    std::vector<std::string> found;
    for (const std::string& name : names) {
      const auto topic = rules::topic_to_ask_for(trial_.profile_, name);
      if (!topic) return topic.failure();
      if (is_there(*topic)) found.push_back(name);
    }
    return found;
  }
  void ask_plugin(const std::string& handler, Call call, const std::string& otherwise_assumed) {
    const auto id = trial_.handler_ids_.find(handler);
    if (id == trial_.handler_ids_.end()) {
      assumptions_.push_back(otherwise_assumed);
      run_->answer(Json(nullptr));
      return;
    }
    if (trial_.has_secrets_) assume_once("secrets are made up");
    if (trial_.scratch_ != nullptr) assume_once("the store has no rows");
    std::promise<HandlerResult> later;
    const auto who = [this](const std::vector<std::string>& names, const auto& answer) { answer(there(names)); };
    auto now =
        trial_.handlers_->run(id->second, 0, std::move(call),
                              [&later](HandlerResult result) { later.set_value(std::move(result)); }, {who, Millis(0)});
    run_->answer(now ? std::move(*now) : later.get_future().get());
  }
  void assume_once(const std::string& what) {
    if (!std::count(assumptions_.begin(), assumptions_.end(), what)) assumptions_.push_back(what);
  }

  Trial& trial_;
  const Sender& sender_;
  std::vector<std::string>& assumptions_;
  rules::Run* run_ = nullptr;
  json::Document scratch_;
};

Trial::Trial(const profile::Profile& profile, TrialSettings settings, const Clock& clock)
    : profile_(profile), settings_(std::move(settings)), clock_(clock) {}

Trial::~Trial() {
  if (handlers_) handlers_->stop();
}

Result<void> Trial::load_handlers(Loader& loader) {
  handlers_ = std::make_unique<Handlers>(1, HandlerLimits{}, clock_);
  Settings settings;
  settings.values = profile_.settings;
  settings.clock = &clock_;
  settings.profile = profile_.name;
  settings.random = &random_;
  std::vector<const Plugin*> plugins;
  bool keeps_rows = false;
  for (const std::string& name : profile_.plugins) {
    auto plugin = loader.load(name);
    if (!plugin) return plugin.failure();
    plugins.push_back(*plugin);
    keeps_rows = keeps_rows || !(*plugin)->migrations.empty();
  }
  if (keeps_rows) {
    auto scratch = ScratchStore::make(profile_.name, plugins);
    if (!scratch) return scratch.failure();
    scratch_ = std::move(*scratch);
  }
  for (const Plugin* plugin : plugins) {
    settings.store = plugin->migrations.empty() ? nullptr : &scratch_->store();
    settings.secrets.clear();
    for (const std::string& secret : plugin->secrets) settings.secrets.emplace(secret, std::string(32, '?'));
    has_secrets_ = has_secrets_ || !plugin->secrets.empty();
    for (const HandlerFactory& handler : plugin->handlers) {
      auto id = handlers_->add(*plugin, handler, settings);
      if (!id) return id.failure();
      handler_ids_.emplace(plugin->name + "." + handler.name, *id);
    }
  }
  handlers_->start();
  return {};
}

TrialOutcome Trial::take(const std::vector<profile::Rule>& rules, std::string_view event,
                         const dialect::Event& message) {
  std::optional<Failure> failure;
  const profile::Rule* rule = rules::choose(profile_, rules, settings_.role, message, failure);
  if (rule != nullptr) return take(*rule, event, &message);
  TrialOutcome outcome;
  const Sender sender(profile_, settings_);
  Desk desk(*this, sender, outcome.assumptions);
  rules::Scope scope;
  scope.profile = &profile_;
  scope.me = &sender;
  scope.clock = &clock_;
  scope.event = event;
  scope.message = &message;
  rules::answer_failure(profile_, nullptr, scope, *failure, desk.scratch(), outcome.effects, outcome.verdict);
  return outcome;
}

TrialOutcome Trial::take(const profile::Rule& rule) {
  return take(rule, "", nullptr);
}

/// Of which a rule of `presence` tells.
std::string Trial::name(std::vector<std::string>& assumptions) const {
  if (!settings_.name.empty()) return settings_.name;
  assumptions.push_back("$name is somebody");
  return "somebody";
}

TrialOutcome Trial::take(const profile::Rule& rule, std::string_view event, const dialect::Event* message) {
  TrialOutcome outcome;
  outcome.rule = &rule;
  const Sender sender(profile_, settings_);
  Desk desk(*this, sender, outcome.assumptions);
  profile::Rule tried = rule;
  // Where the handler is not asked, nothing is known of its result.
  if (rule.handler && !handler_ids_.contains(rule.handler->name)) tried.handler->result.reset();
  rules::Run run(profile_, tried, sender, clock_, event, message);
  if (rule.of_presence) run.is_of(name(outcome.assumptions));
  desk.run(run);
  outcome.verdict = std::move(run.verdict());
  outcome.effects = std::move(run.effects());
  return outcome;
}

Result<Topic> topic_of(const profile::Profile& profile, const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string family = text.substr(0, slash);
  if (slash == std::string::npos || slash + 1 == text.size()) {
    return Failure{Reason::invalid, "a topic is family/name, not `" + shown(text) + "`"};
  }
  const auto kind = profile.families.find(family);
  if (kind == profile.families.end() && !is_built_in(family)) {
    std::vector<std::string> families;
    for (const auto& [known, ignored] : profile.families) families.push_back(known);
    const std::string hint = did_you_mean(family, families);
    return Failure{Reason::invalid, "profile " + profile.name + " has no topics `" + shown(family) + "/`" +
                                        (hint.empty() ? "" : ", " + hint)};
  }
  const TopicKind held = kind != profile.families.end() ? kind->second
                         : family == "session"          ? TopicKind::session
                                                        : TopicKind::joined;
  return Topic::make(held, profile.name, family, text.substr(slash + 1));
}

}  // namespace polygate::app
