#include "gateway/app/explain_command.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "gateway/app/exit_code.h"
#include "gateway/app/explain_match.h"
#include "gateway/app/plain_words.h"
#include "gateway/app/profile_file.h"
#include "gateway/app/trial.h"
#include "gateway/base/units.h"

namespace polygate::app {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Result<Pairs> pairs_of(const std::vector<std::string>& list, std::string_view flag) {
  Pairs pairs;
  for (const std::string& item : list) {
    const std::size_t equals = item.find('=');
    if (equals == std::string::npos || equals == 0) {
      return invalid(std::string(flag) + " takes name=value, not `" + shown(item) + "`");
    }
    pairs.emplace_back(item.substr(0, equals), item.substr(equals + 1));
  }
  return pairs;
}

Result<std::vector<Topic>> topics_of(const profile::Profile& profile, const std::vector<std::string>& list) {
  std::vector<Topic> topics;
  for (const std::string& item : list) {
    auto topic = topic_of(profile, item);
    if (!topic) return topic.failure();
    topics.push_back(std::move(*topic));
  }
  return topics;
}

Result<TrialSettings> settings_of(const profile::Profile& profile, const ExplainArguments& arguments) {
  TrialSettings made;
  const auto role = std::find(profile.roles.begin(), profile.roles.end(), arguments.role);
  if (role == profile.roles.end()) {
    const std::string hint = did_you_mean(arguments.role, profile.roles);
    std::string known;
    for (const std::string& name : profile.roles) known += (known.empty() ? "" : ", ") + name;
    return invalid("profile " + profile.name + " has no role `" + shown(arguments.role) + "`; its roles are " + known +
                   (hint.empty() ? "" : ": " + hint));
  }
  made.role = static_cast<profile::RoleIndex>(role - profile.roles.begin());
  made.user = arguments.user;
  if (arguments.claims) {
    made.claims = Json::parse(*arguments.claims, nullptr, false);
    if (!made.claims.is_object())
      return invalid("--claims takes a JSON object, not `" + shown(*arguments.claims) + "`");
  }
  auto variables = pairs_of(arguments.variables, "--var");
  if (!variables) return variables.failure();
  for (auto& [name, text] : *variables) {
    Json value = Json::parse(text, nullptr, false);
    made.variables[name] = value.is_discarded() ? Json(text) : std::move(value);
  }
  for (const auto& [list, flag, into] :
       {std::tuple(&arguments.path, "--path", &made.path), std::tuple(&arguments.query, "--query", &made.query),
        std::tuple(&arguments.headers, "--header", &made.headers)}) {
    auto pairs = pairs_of(*list, flag);
    if (!pairs) return pairs.failure();
    *into = std::move(*pairs);
  }
  auto inside = topics_of(profile, arguments.inside);
  if (!inside) return inside.failure();
  made.inside = std::move(*inside);
  auto present = topics_of(profile, arguments.present);
  if (!present) return present.failure();
  made.present = std::move(*present);
  return made;
}

std::string place_of(const Place& place) {
  return place.file + ':' + std::to_string(place.line);
}

Json frame_json(const FramePtr& frame) {
  return frame->text() ? Json(std::string(frame->message())) : Json(shown(frame->message()));
}

Json names(const std::vector<Topic>& topics) {
  Json list = Json::array();
  for (const Topic& topic : topics) list.push_back(std::string(topic.text()));
  return list;
}

Json order_json(const Topic& topic, const Order& order) {
  Json one = {{"of", std::string(topic.text())}};
  if (!order.leave.empty()) one["leave"] = names(order.leave);
  if (!order.join.empty()) one["join"] = names(order.join);
  if (order.close != 0) one["close"] = {{"code", order.close}, {"reason", order.reason}};
  return one;
}

/// What happened, as JSON; the text form is made of it, so that both say the same.
Json outcome_json(const profile::Profile& profile, const TrialOutcome& outcome) {
  const rules::Effects& effects = outcome.effects;
  Json out = Json::object();
  out["verdict"] = outcome.verdict.failure ? std::string(name(outcome.verdict.failure->reason)) : "ok";
  if (outcome.verdict.failure) out["message"] = outcome.verdict.failure->message;
  out["assumptions"] = outcome.assumptions;
  if (effects.identity) out["user"] = effects.identity->user;
  if (effects.role) out["becomes"] = profile.role_name(*effects.role);
  if (!effects.variables.is_null()) out["remembers"] = effects.variables;
  if (!effects.claimed.empty()) out["claims"] = names(effects.claimed);
  if (!effects.join.empty()) out["joins"] = names(effects.join);
  out["sends"] = Json::array();
  for (const Exchange::Sending& send : effects.sends) {
    if (send.order) {
      out["orders"].push_back(order_json(send.topic, *send.order));
      continue;
    }
    Json one = {{"to", std::string(send.topic.text())}, {"frame", frame_json(send.frame)}};
    if (!send.forget.empty()) one["forgets"] = send.forget;
    if (send.keep) {
      one["kept"] = send.keep->key;
      if (send.keep->lasts.count() > 0) one["kept_for"] = format_duration(send.keep->lasts);
      if (send.keep->merging) one["merged"] = true;
      if (send.keep->refuses) one["refused_if_full"] = true;
    }
    if (send.except) one["except"] = "sender";
    out["sends"].push_back(std::move(one));
  }
  if (!effects.leave.empty()) out["leaves"] = names(effects.leave);
  out["replies"] = Json::array();
  for (const FramePtr& reply : effects.replies) {
    const bool is_answer = reply->utterance() != nullptr && reply->utterance()->is_answer();
    if (is_answer) out["acknowledgement"] = frame_json(reply);
    if (!is_answer) out["replies"].push_back(frame_json(reply));
  }
  if (effects.close) out["closes"] = {{"code", effects.close->code}, {"reason", effects.close->reason}};
  if (!outcome.verdict.bad_result.empty()) out["bad_result"] = outcome.verdict.bad_result;
  if (!outcome.verdict.broken.empty()) out["broken"] = outcome.verdict.broken;
  return out;
}

std::string joined(const Json& list) {
  std::string out;
  for (const Json& item : list) out += (out.empty() ? "" : ", ") + item.get<std::string>();
  return out;
}

void print_outcome(const Json& outcome, std::ostream& out) {
  out << "verdict: " << outcome["verdict"].get<std::string>();
  if (outcome.contains("message")) out << ": " << outcome["message"].get<std::string>();
  out << '\n';
  if (outcome.contains("rule")) out << "  the rule at " << outcome["rule"].get<std::string>() << " takes it\n";
  for (const Json& assumption : outcome["assumptions"]) out << "  assumed: " << assumption.get<std::string>() << '\n';
  if (outcome.contains("user")) out << "  the sender is now user " << outcome["user"].get<std::string>() << '\n';
  if (outcome.contains("becomes")) out << "  becomes " << outcome["becomes"].get<std::string>() << '\n';
  if (outcome.contains("remembers")) out << "  remembers " << outcome["remembers"].dump() << '\n';
  if (outcome.contains("claims")) out << "  claims " << joined(outcome["claims"]) << '\n';
  if (outcome.contains("joins")) out << "  joins " << joined(outcome["joins"]) << '\n';
  for (const Json& send : outcome["sends"]) {
    out << "  to " << send["to"].get<std::string>();
    if (send.contains("except")) out << " except the sender";
    if (send.contains("forgets")) out << " (forgets " << joined(send["forgets"]) << ')';
    if (send.contains("kept")) {
      out << (send.contains("merged") ? " (merged into what is kept as " : " (kept as ")
          << send["kept"].get<std::string>();
      if (send.contains("kept_for")) out << " for " << send["kept_for"].get<std::string>();
      if (send.contains("refused_if_full")) out << ", or refused";
      out << ')';
    }
    out << ": " << send["frame"].get<std::string>() << '\n';
  }
  for (const Json& order : outcome.value("orders", Json::array())) {
    out << "  the others on " << order["of"].get<std::string>();
    if (order.contains("leave")) out << " leave " << joined(order["leave"]);
    if (order.contains("join")) out << " join " << joined(order["join"]);
    if (order.contains("close")) {
      out << " are closed with " << order["close"]["code"] << ' ' << order["close"]["reason"].get<std::string>();
    }
    out << '\n';
  }
  if (outcome.contains("leaves")) out << "  leaves " << joined(outcome["leaves"]) << '\n';
  for (const Json& reply : outcome["replies"]) out << "  to the sender: " << reply.get<std::string>() << '\n';
  if (outcome.contains("acknowledgement")) {
    out << "  to the sender, if it asked for an acknowledgement: " << outcome["acknowledgement"].get<std::string>()
        << '\n';
  }
  if (outcome.contains("closes")) {
    out << "  closes with " << outcome["closes"]["code"] << ' ' << outcome["closes"]["reason"].get<std::string>()
        << '\n';
  }
  if (outcome.contains("bad_result")) {
    out << "  not used, the result breaks its definition: " << outcome["bad_result"].get<std::string>() << '\n';
  }
  for (const Json& broken : outcome.value("broken", Json::array())) {
    out << "  not sent, it breaks its own schema: " << broken.get<std::string>() << '\n';
  }
}

class Explanation {
 public:
  Explanation(const profile::Profile& profile, const ExplainArguments& arguments, const Matching& matching,
              std::string definitions, Loader* plugins)
      : profile_(profile),
        arguments_(arguments),
        matching_(matching),
        definitions_(std::move(definitions)),
        plugins_(plugins) {}

  /// The rules in words.
  void add_rules() {
    for (const profile::Rule* rule : matching_.rules) {
      const std::string event = matching_.is_event ? arguments_.event : "";
      std::vector<std::string> steps =
          steps_in_words(profile_, *rule, event, definitions_,
                         {rule->authenticate ? plugin_of(rule->authenticate->handler) : nullptr, plugin_of(rule->look),
                          plugin_of(rule->handler)});
      if (!matching_.when.empty()) steps.insert(steps.begin(), matching_.when);
      if (!matching_.is_event && arguments_.event == "opened") {
        const auto shown_before = handshake_in_words(profile_, definitions_);
        steps.insert(steps.begin(), shown_before.begin(), shown_before.end());
      }
      // Nobody hears what becomes of a rule that nobody sends.
      const auto answers = rule->has_sender ? answers_in_words(profile_, *rule, event) : std::vector<std::string>();
      rules_.push_back({{"place", place_of(rule->place)}, {"steps", steps}, {"otherwise", answers}});
    }
  }

  /// What came out. True when nothing failed.
  bool add_outcomes(Trial& trial, const dialect::Event* message) {
    bool happened = true;
    const auto add = [&](const TrialOutcome& outcome) {
      happened = happened && !outcome.verdict.failure;
      outcomes_.push_back(outcome_json(profile_, outcome));
      const bool was_chosen = matching_.rules.size() > 1 && outcome.rule != nullptr && matching_.is_event;
      if (was_chosen) outcomes_.back()["rule"] = place_of(outcome.rule->place);
    };
    if (matching_.is_event) {
      add(trial.take(*matching_.of_event, arguments_.event, *message));
    } else {
      for (const profile::Rule* rule : matching_.rules) add(trial.take(*rule));
    }
    return happened;
  }

  void print(std::ostream& out) const {
    if (arguments_.output == Output::json) {
      const Json all = {{"profile", profile_.name},
                        {"event", arguments_.event},
                        {"role", arguments_.role},
                        {"rules", rules_},
                        {"outcomes", outcomes_}};
      out << all.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
      return;
    }
    out << profile_.name << ": " << arguments_.event << " from " << arguments_.role << '\n';
    if (rules_.empty()) {
      out << (matching_.is_event ? "no rule takes it from this role: it fails as forbidden\n" : "no rule\n");
    }
    for (const Json& rule : rules_) {
      out << "rule at " << rule["place"].get<std::string>() << '\n';
      int number = 0;
      for (const Json& step : rule["steps"]) out << "  " << ++number << ". " << step.get<std::string>() << '\n';
      if (!rule["otherwise"].empty()) out << "when it fails, the first of these that fits\n";
      for (const Json& answer : rule["otherwise"]) out << "  - " << answer.get<std::string>() << '\n';
    }
    for (const Json& outcome : outcomes_) print_outcome(outcome, out);
  }

 private:
  const Plugin* plugin_of(const std::optional<profile::HandlerStep>& step) {
    if (plugins_ == nullptr || !step) return nullptr;
    const auto plugin = plugins_->load(step->name.substr(0, step->name.find('.')));
    return plugin ? *plugin : nullptr;
  }

  const profile::Profile& profile_;
  const ExplainArguments& arguments_;
  const Matching& matching_;
  const std::string definitions_;
  Loader* const plugins_;
  Json rules_ = Json::array();
  Json outcomes_ = Json::array();
};

int could_not_run(const Failure& failure, std::ostream& err) {
  err << failure.message << '\n';
  return kCouldNotRun;
}

/// Under which an acknowledgement is asked for, where the dialect has any.
constexpr std::uint64_t kAckId = 1;

/// The data as the client's message would bring it.
Result<dialect::Event> decode(const profile::Profile& profile, const std::string& event, const std::string& data,
                              std::string& message, json::Document& document) {
  json::Limits limits;
  limits.max_bytes = profile.limits.message_bytes;
  limits.max_depth = profile.limits.json_depth;
  limits.max_nodes = profile.limits.json_nodes;
  if (profile.dialect->traits().json) {
    profile.dialect->encode(message, event, "null");
    const auto empty = profile.dialect->decode({true, message, {}, {}}, document, limits);
    const bool is_flat = empty && empty->data.is_object();  // the data is the message itself
    message.clear();
    if (auto parsed = document.parse(data, limits); !parsed) return invalid("the data: " + parsed.failure().message);
    if (is_flat && !document.root().is_object()) return invalid("the data must be an object in this dialect");
  }
  profile.dialect->encode(message, event, data);
  const bool has_acks = profile.dialect->traits().acknowledgements;
  const std::optional<std::uint64_t> ack = has_acks ? std::optional(kAckId) : std::nullopt;
  auto decoded = profile.dialect->decode({profile.dialect->text(event), message, ack, {}}, document, limits);
  if (!decoded) return invalid("the data: " + decoded.failure().message);
  return decoded;
}

}  // namespace

int explain_command(const ExplainArguments& arguments, const Clock& clock, std::ostream& out, std::ostream& err) {
  const ProfileFile file = find_profile(arguments.profile, arguments.schemas);
  Diagnostics diagnostics;
  schema::Library library(file.schemas);
  std::optional<Loader> plugins;
  if (arguments.plugins) plugins.emplace(std::filesystem::absolute(*arguments.plugins));
  const auto profile = read_profile(file, library, diagnostics, plugins ? &*plugins : nullptr);
  if (!profile) {
    tell_problems(diagnostics, Output::text, "nothing was explained", err);
    return kCouldNotRun;
  }
  auto settings = settings_of(*profile, arguments);
  if (!settings) return could_not_run(settings.failure(), err);
  const auto matching = match(*profile, arguments.event, settings->role);
  if (!matching) return could_not_run(matching.failure(), err);
  if (!matching->family.empty()) settings->name = name_in(*settings, matching->family);
  Explanation explanation(*profile, arguments, *matching, (file.schemas / profile->schema_file).string() + "#/$defs/",
                          plugins ? &*plugins : nullptr);
  explanation.add_rules();
  bool happened = true;
  if (arguments.data || !matching->is_event) {
    Trial trial(*profile, std::move(*settings), clock);
    if (plugins) {
      if (auto loaded = trial.load_handlers(*plugins); !loaded) return could_not_run(loaded.failure(), err);
    }
    std::string message;
    json::Document document;
    std::optional<dialect::Event> event;
    if (arguments.data && matching->is_event) {
      auto decoded = decode(*profile, arguments.event, *arguments.data, message, document);
      if (!decoded) return could_not_run(decoded.failure(), err);
      event = *decoded;
    }
    happened = explanation.add_outcomes(trial, event ? &*event : nullptr);
  }
  explanation.print(out);
  return happened ? kDone : kFound;
}

}  // namespace polygate::app
