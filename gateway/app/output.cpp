#include "gateway/app/output.h"

#include <set>
#include <string>

namespace polygate::app {

void tell_problems(const Diagnostics& diagnostics, Output output, std::string_view consequence, std::ostream& err) {
  if (output == Output::json) {
    err << diagnostics.json() << '\n';
    return;
  }
  std::set<std::string_view> files;
  for (const Diagnostic& item : diagnostics.items()) files.insert(item.place.file);
  err << diagnostics.text() << diagnostics.size() << (diagnostics.size() == 1 ? " problem in " : " problems in ")
      << files.size() << (files.size() == 1 ? " file" : " files") << "; " << consequence << '\n';
}

}  // namespace polygate::app
