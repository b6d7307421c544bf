#pragma once
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "gateway/app/config_source.h"
#include "gateway/app/output.h"

namespace polygate::app {

struct CheckArguments {
  ConfigSource config;
  std::vector<std::string> profiles;   ///< files to check on their own, instead of a configuration
  std::optional<std::string> schemas;  ///< their schemas' folder
  Output output = Output::text;
};

/// `polygate check`: the start of `polygate run`, stopped before anything outside is touched. kDone or kConfiguration.
int check_command(const CheckArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace polygate::app
