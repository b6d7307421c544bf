#include "gateway/app/config_command.h"

#include "gateway/app/exit_code.h"

namespace polygate::app {

int config_command(const ConfigArguments& arguments, std::ostream& out, std::ostream& err) {
  Diagnostics diagnostics;
  const auto config = load_config(arguments.config, diagnostics);
  if (!config) {
    tell_problems(diagnostics, arguments.output, "there is no configuration to show", err);
    return kConfiguration;
  }
  out << describe(*config, arguments.output == Output::json);
  return kDone;
}

}  // namespace polygate::app
