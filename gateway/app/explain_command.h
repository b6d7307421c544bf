#pragma once
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "gateway/app/output.h"
#include "gateway/base/clock.h"

namespace polygate::app {

struct ExplainArguments {
  std::string profile;  ///< a file, or a name under ./profiles
  std::string event;    ///< or "opened", "closed"
  std::optional<std::string> data;
  std::string role;
  std::string user;
  std::optional<std::string> claims;   ///< a JSON object
  std::vector<std::string> variables;  ///< name=value, like the next three
  std::vector<std::string> path;
  std::vector<std::string> query;
  std::vector<std::string> headers;
  std::vector<std::string> present;    ///< topics
  std::vector<std::string> inside;     ///< topics
  std::optional<std::string> plugins;  ///< folder
  std::optional<std::string> schemas;  ///< folder
  Output output = Output::text;
};

/// `polygate explain`: which rule takes an event of this role and what it does, in words; with data (or for opened and
/// closed rules) also what really comes out. kDone, kFound when the event fails, kCouldNotRun.
int explain_command(const ExplainArguments& arguments, const Clock& clock, std::ostream& out, std::ostream& err);

}  // namespace polygate::app
