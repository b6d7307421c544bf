#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/diagnostics.h"
#include "gateway/base/yaml.h"

namespace polygate::yaml {

/// The bytes of one YAML file, for what the parser does not look at. Refers to the text and the name; both outlive it.
class Text {
 public:
  Text(std::string_view text, const std::string& file);

  /// Answers what the parser must not see: too many bytes, a byte order mark, invalid UTF-8, control characters, and
  /// more brackets and commas, or colons, than `limits.max_nodes`, since the parser queues a whole flow collection
  /// before it speaks. False after a diagnostic.
  bool check(Diagnostics& diagnostics, const Limits& limits) const;

  /// The place of the byte at `offset`.
  Place place(std::size_t offset, int length = 0) const;
  /// Where the value itself begins when its anchor begins at `offset`.
  std::size_t behind_anchor(std::size_t offset) const;
  /// How many bytes the scalar `value` takes at `offset`, quotes included; 0 when it does not stand there in one piece.
  int length(std::size_t offset, std::string_view value) const;
  /// The first non-space of the last line before the one of `offset` that is neither empty nor a comment.
  std::size_t line_before(std::size_t offset) const;
  /// Does a tab stand in the indentation of the line of `offset`?
  bool tab_indents(std::size_t offset) const;
  /// The byte at `offset`, or NUL behind the end.
  char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  std::string_view from(std::size_t offset) const { return text_.substr(std::min(offset, text_.size())); }
  std::size_t size() const { return text_.size(); }

 private:
  std::size_t line_start(std::size_t offset) const;

  std::string_view text_;
  const std::string& file_;
  std::vector<std::size_t> lines_;  ///< where each of them starts
};

}  // namespace polygate::yaml
