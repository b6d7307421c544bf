#pragma once
#include <ostream>

#include "gateway/app/config_source.h"
#include "gateway/app/output.h"

namespace polygate::app {

struct ConfigArguments {
  ConfigSource config;
  Output output = Output::text;
};

/// `polygate config`: every setting with where it came from. Secrets are never among them, because a configuration
/// names only where they are. kDone or kConfiguration.
int config_command(const ConfigArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace polygate::app
