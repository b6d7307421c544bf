#pragma once
#include <ostream>

#include "gateway/app/config_source.h"
#include "gateway/app/output.h"

namespace polygate::app {

struct RunArguments {
  ConfigSource config;
  Output output = Output::text;
};

/// `polygate run`: serves until SIGTERM or SIGINT, then drains; a second one ends the process at once. Takes the
/// process's signals for itself, so it is called once, on the main thread, before there are others.
/// kDone, kCut when the drain's cap cut sessions, kFailed when the surroundings do not let it start, kConfiguration.
int run_command(const RunArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace polygate::app
