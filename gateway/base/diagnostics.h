#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace polygate {

/// A place in a file. Lines and columns count from 1; 0 means "the file as a whole". Columns count bytes.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
  int length = 0;  ///< bytes to underline; 0 underlines up to the end of the word
};

/// One problem in the user's files, or with what they name.
struct Diagnostic {
  Place place;
  std::string message;    ///< lower case: what was found, what was expected
  std::string hint;       ///< "did you mean `claim`?", or nothing
  bool may_pass = false;  ///< the surroundings' fault, not the file's: starting again may help
};

/// Collects every problem of a deployment's files, so that all are shown at once. Not shared between threads.
class Diagnostics {
 public:
  void add(Place place, std::string message, std::string hint = {});
  /// One of the surroundings that may pass by itself, such as a server that is down.
  void add_passing(Place place, std::string message);
  /// Remembers a file's text, so that text() can show the line that a diagnostic points at.
  void source(std::string file, std::string text);

  bool empty() const { return items_.empty(); }
  /// Is there something, and nothing that is wrong in the files?
  bool may_pass() const;
  std::size_t size() const { return items_.size(); }
  const std::vector<Diagnostic>& items() const { return items_; }

  /// As people read them: `file:line:col: message`, the source line, a caret, the hint. Sorted by file, line, column.
  std::string text() const;
  /// As tools read them: an array of {file, line, column, message, hint}.
  std::string json() const;

 private:
  struct Source {
    std::string file;
    std::string text;
  };
  std::vector<Diagnostic> sorted() const;

  std::vector<Diagnostic> items_;
  std::vector<Source> sources_;
};

/// Text of a file or a peer as a message may show it: at most 64 bytes, control characters and invalid UTF-8 escaped.
std::string shown(std::string_view text);

/// "did you mean `x`?" for the candidate nearest to `word`, or nothing when none is near enough.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace polygate
