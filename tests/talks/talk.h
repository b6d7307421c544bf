#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "tests/talks/driver.h"

namespace polygate::talks {

/// What one .talk file holds, before any of it is said. tests/README.md has the language.
struct Talk {
  struct Sentence {
    int number = 0;    ///< of its first line
    std::string text;  ///< with its continuation lines
  };
  std::string title;    ///< the first comment
  std::string profile;  ///< a shipped one's name, or a file beside the talk; empty: the talk's own
  Setting setting;
  bool in_process_only = false;
  bool sockets_only = false;
  std::vector<Sentence> sentences;
};

/// Parses the text of one .talk file; a failure names the line.
Result<Talk> parse(const std::string& text);
/// Reads a .talk file, and the profile that lies beside it where it names one.
Result<Talk> read(const std::filesystem::path& file);

}  // namespace polygate::talks
