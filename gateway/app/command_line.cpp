#include "gateway/app/command_line.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <map>

#include "gateway/app/check_command.h"
#include "gateway/app/config_command.h"
#include "gateway/app/exit_code.h"
#include "gateway/app/explain_command.h"
#include "gateway/app/run_command.h"
#include "gateway/app/token_command.h"
#include "gateway/app/validate_command.h"
#include "gateway/app/version.h"
#include "gateway/base/units.h"
#include "gateway/plugin/abi.h"

namespace polygate::app {
namespace {

/// The commands and what they are called with. Lives as long as the one call; options write into its members.
class CommandLine {
 public:
  CommandLine(const char* const* environment, const Console& console) : console_(console) {
    for (ConfigSource* source : {&run_.config, &check_.config, &token_.config, &config_.config}) {
      source->environment = environment;
    }
    top_.name("polygate");
    top_.set_version_flag("--version", "polygate " + std::string(kVersion) + "\nplugin ABI " + std::string(kAbiTag));
    top_.require_subcommand(0, 1);
    top_.footer("Exit codes: 0 done, 1 found or failed, 2 could not run, 3 cut while draining, 78 bad configuration.");
    add_run();
    add_check();
    add_validate();
    add_explain();
    add_token();
    add_config();
  }

  int run(int count, const char* const* words) {
    try {  // CLI11 reports by exceptions; none leaves this function
      top_.parse(count, words);
    } catch (const CLI::ParseError& error) {
      return top_.exit(error, console_.out, console_.err) == 0 ? kDone : kCouldNotRun;
    }
    if (!chosen_) {
      console_.out << top_.help();
      return kDone;
    }
    return chosen_();
  }

 private:
  CLI::App* command(const std::string& name, const std::string& about, std::function<int()> run) {
    CLI::App* made = top_.add_subcommand(name, about);
    made->callback([this, run = std::move(run)] { chosen_ = run; });
    return made;
  }

  static void add_output(CLI::App* command, Output& output) {
    const std::map<std::string, Output> names = {{"text", Output::text}, {"json", Output::json}};
    command->add_option("--format", output, "text for people, json for tools [text]")
        ->transform(CLI::CheckedTransformer(names))
        ->type_name("text|json");
  }

  static void add_source(CLI::App* command, ConfigSource& source) {
    command->add_option("-c,--config", source.file, "the configuration [$POLYGATE_CONFIG, /etc/polygate/gateway.yaml]")
        ->type_name("FILE");
    command->add_option("--set", source.settings, "one setting over file and environment, such as workers=4")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false)
        ->check([](const std::string& text) {
          const std::size_t equals = text.find('=');
          return equals == std::string::npos || equals == 0 ? "expected key=value, found `" + shown(text) + "`"
                                                            : std::string();
        });
  }

  template <class T>
  static void add_pairs(CLI::App* command, const std::string& flag, T& into, const std::string& about) {
    command->add_option(flag, into, about)->type_name("NAME=VALUE")->allow_extra_args(false);
  }

  void add_run() {
    CLI::App* made = command("run", "Serve the profiles of a configuration until SIGTERM.",
                             [this] { return run_command(run_, console_.out, console_.err); });
    add_source(made, run_.config);
    add_output(made, run_.output);
  }

  void add_check() {
    CLI::App* made = command("check", "Start without starting: tell every problem of a configuration or of profiles.",
                             [this] { return check_command(check_, console_.out, console_.err); });
    made->add_option("profile", check_.profiles, "check these profiles alone, without a configuration")
        ->type_name("PROFILE");
    made->add_option("--schemas", check_.schemas, "their schemas [the nearest folder `schemas` above]")
        ->type_name("DIR");
    add_source(made, check_.config);
    add_output(made, check_.output);
  }

  void add_validate() {
    CLI::App* made = command("validate", "Hold JSON data of one event against its schema, like the gateway does.",
                             [this] { return validate_command(validate_, console_.in, console_.out, console_.err); });
    made->add_option("profile", validate_.profile, "a profile's file, or its name in ./profiles")->required();
    made->add_option("event", validate_.event, "the event whose data this is")->required();
    made->add_option("file", validate_.files, "JSON, or one JSON value per line [standard input]")->type_name("FILE");
    made->add_option("--direction", validate_.direction, "in from clients; reply, send or ack to them [in]")
        ->check(CLI::IsMember({"in", "reply", "send", "ack"}))
        ->type_name("in|reply|send|ack");
    made->add_option("--schemas", validate_.schemas, "the schemas [the nearest folder `schemas` above the profile]")
        ->type_name("DIR");
    add_output(made, validate_.output);
  }

  void add_explain() {
    CLI::App* made = command("explain", "Say which rule takes an event and what it does; with data, do it on paper.",
                             [this] { return explain_command(explain_, clock_, console_.out, console_.err); });
    made->add_option("profile", explain_.profile, "a profile's file, or its name in ./profiles")->required();
    made->add_option("event", explain_.event,
                     "an event, opened, closed, started, or such as timers.sweep and presence.user.arrived")
        ->required();
    made->add_option("data", explain_.data, "the event's data as JSON: also show what comes out")->type_name("JSON");
    made->add_option("--as", explain_.role, "the sender's role")->required()->type_name("ROLE");
    made->add_option("--user", explain_.user, "the sender's user")->type_name("USER");
    made->add_option("--claims", explain_.claims, "claims of the sender's token")->type_name("JSON");
    add_pairs(made, "--var", explain_.variables, "what `set` stored with the sender");
    add_pairs(made, "--path", explain_.path, "a parameter of the endpoint's path");
    add_pairs(made, "--query", explain_.query, "a query parameter of the handshake");
    add_pairs(made, "--header", explain_.headers, "a header of the handshake, in lower case");
    made->add_option("--present", explain_.present, "a topic that somebody else is on")
        ->type_name("TOPIC")
        ->allow_extra_args(false);
    made->add_option("--inside", explain_.inside, "a topic that the sender is on")
        ->type_name("TOPIC")
        ->allow_extra_args(false);
    made->add_option("--plugins", explain_.plugins, "really ask the handlers of the plugins in this folder")
        ->type_name("DIR");
    made->add_option("--schemas", explain_.schemas, "the schemas [the nearest folder `schemas` above the profile]")
        ->type_name("DIR");
    add_output(made, explain_.output);
  }

  void add_token() {
    CLI::App* made = command("token", "Mint a token that a verifier of the configuration accepts.", [this] {
      if (token_.opaque == token_.verifier.empty()) return token_command(token_, clock_, console_.out, console_.err);
      console_.err << "give either a verifier's name or --opaque\n";
      return static_cast<int>(kCouldNotRun);
    });
    made->add_option("verifier", token_.verifier, "the verifier's name in the configuration");
    made->add_flag("--opaque", token_.opaque, "a random token, and the form that a token file stores it in");
    made->add_option("--user", token_.user, "whom the token speaks for")->type_name("USER");
    add_pairs(made, "--claim", token_.claims, "one more claim; the value is JSON, or else text");
    made->add_option_function<std::string>(
            "--ttl", [this](const std::string& text) { token_.ttl = parse_duration(text).value_or(token_.ttl); },
            "how long it is good for [1h]")
        ->type_name("DURATION")
        ->check([](const std::string& text) {
          return parse_duration(text) ? std::string() : "expected a duration such as 30m, found `" + shown(text) + "`";
        });
    made->add_option("--private-key", token_.private_key, "PEM file that signs RS256, ES256 and EdDSA tokens")
        ->type_name("FILE");
    add_source(made, token_.config);
    add_output(made, token_.output);
  }

  void add_config() {
    CLI::App* made = command("config", "Show every setting and where it came from.",
                             [this] { return config_command(config_, console_.out, console_.err); });
    add_source(made, config_.config);
    add_output(made, config_.output);
  }

  const Console& console_;
  const SystemClock clock_;
  CLI::App top_{"Polygate: a gateway for many real-time protocols, each one a profile in YAML."};
  RunArguments run_;
  CheckArguments check_;
  ValidateArguments validate_;
  ExplainArguments explain_;
  TokenArguments token_;
  ConfigArguments config_;
  std::function<int()> chosen_;
};

}  // namespace

int run_command_line(int count, const char* const* words, const char* const* environment, const Console& console) {
  return CommandLine(environment, console).run(count, words);
}

}  // namespace polygate::app
