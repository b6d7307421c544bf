#pragma once

namespace polygate::app {

/// What the commands tell their caller. docs/cli.md says which command returns which.
enum ExitCode : int {
  kDone = 0,
  kFound = 1,           ///< a checker found something
  kFailed = 1,          ///< a server could not start, for a reason that may pass, or broke off
  kCouldNotRun = 2,     ///< wrong use, or nothing to work on
  kCut = 3,             ///< the drain's cap was over and sockets were cut
  kConfiguration = 78,  ///< EX_CONFIG: the files are wrong; starting again does not help
};

}  // namespace polygate::app
