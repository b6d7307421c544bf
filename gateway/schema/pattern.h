#pragma once
#include <re2/re2.h>

#include <memory>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace polygate::schema {

/// What an ECMA-262 regular expression (unicode mode, as JSON Schema asks for) becomes on RE2.
struct Translation {
  enum class Verdict {
    fine,
    unsupported,  ///< legal, but needs what a linear-time engine cannot do: lookaround, backreferences
    wrong         ///< not a regular expression
  };
  Verdict verdict = Verdict::fine;
  std::string expression;  ///< in RE2's syntax, when fine
  std::string problem;     ///< otherwise, with the offset
};

Translation translate_pattern(std::string_view ecma);

/// A regular expression that runs in time linear to the text and in bounded memory. Immutable; shared by threads.
class Pattern {
 public:
  /// Fails with a sentence when RE2 cannot run `ecma`.
  static Result<std::shared_ptr<const Pattern>> compile(std::string_view ecma);

  /// Does it match anywhere in `text` (JSON Schema does not anchor)?
  bool found_in(std::string_view text) const;

  const std::string& text() const { return text_; }

 private:
  Pattern(std::string text, std::string_view expression);

  std::string text_;
  RE2 program_;
};

}  // namespace polygate::schema
