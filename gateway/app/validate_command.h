#pragma once
#include <cstdint>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "gateway/app/output.h"

namespace polygate::app {

struct ValidateArguments {
  std::string profile;  ///< a file, or a name under ./profiles
  std::string event;
  std::vector<std::string> files;      ///< none, or "-": standard input
  std::string direction = "in";        ///< or "reply", "send", "ack"
  std::optional<std::string> schemas;  ///< the folder
  Output output = Output::text;
};

/// `polygate validate`: holds data of one event against its schema, exactly as the gateway would. A file is one JSON
/// value, or one per line. kDone, kFound, or kCouldNotRun.
int validate_command(const ValidateArguments& arguments, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace polygate::app
