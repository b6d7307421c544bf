#include "gateway/app/check_command.h"

#include "gateway/app/deployment.h"
#include "gateway/app/exit_code.h"
#include "gateway/app/profile_file.h"
#include "gateway/profile/check.h"

namespace polygate::app {
namespace {

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

struct Checked {
  std::vector<profile::ProfilePtr> profiles;
  std::size_t listeners = 0;
  std::size_t verifiers = 0;
};

Checked check_profiles(const CheckArguments& arguments, Diagnostics& diagnostics) {
  Checked checked;
  for (const std::string& name : arguments.profiles) {
    const ProfileFile file = find_profile(name, arguments.schemas);
    schema::Library library(file.schemas);
    if (auto profile = read_profile(file, library, diagnostics)) checked.profiles.push_back(std::move(profile));
  }
  profile::check_together(checked.profiles, diagnostics);
  return checked;
}

Checked check_deployment(const CheckArguments& arguments, Diagnostics& diagnostics) {
  Checked checked;
  auto config = load_config(arguments.config, diagnostics);
  if (!config) return checked;
  checked.listeners = config->listeners.size();
  checked.verifiers = config->jwt.size() + config->tokens.size();
  const SystemClock clock;
  Log log(config->log_format, config->log_level);
  Deployment::Options options;
  options.clock = &clock;
  options.log = &log;
  options.open_stores = false;
  if (const auto deployment = Deployment::load(std::move(*config), options, diagnostics)) {
    checked.profiles = deployment->profiles();
  }
  return checked;
}

}  // namespace

int check_command(const CheckArguments& arguments, std::ostream& out, std::ostream& err) {
  Diagnostics diagnostics;
  const Checked checked =
      arguments.profiles.empty() ? check_deployment(arguments, diagnostics) : check_profiles(arguments, diagnostics);
  if (arguments.output == Output::json) {
    out << diagnostics.json() << '\n';  // here the problems are the result
  } else if (!diagnostics.empty()) {
    tell_problems(diagnostics, arguments.output, "nothing was started", err);
  } else {
    std::size_t events = 0;
    for (const profile::ProfilePtr& profile : checked.profiles) events += profile->events.size();
    out << "ok: " << counted(checked.profiles.size(), "profile") << ", " << counted(events, "event");
    if (arguments.profiles.empty()) {
      out << ", " << counted(checked.listeners, "listener") << ", " << counted(checked.verifiers, "verifier");
    }
    out << '\n';
  }
  return diagnostics.empty() ? kDone : kConfiguration;
}

}  // namespace polygate::app
