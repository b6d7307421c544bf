#pragma once
#include <istream>
#include <ostream>

namespace polygate::app {

/// Where a command reads and writes: the process's own, or a test's.
struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

/// Understands the command line, runs the command that it names and returns the exit code. A bare call prints help;
/// wrong use is told on `err` and is kCouldNotRun. `environment` is main()'s.
int run_command_line(int count, const char* const* words, const char* const* environment, const Console& console);

}  // namespace polygate::app
