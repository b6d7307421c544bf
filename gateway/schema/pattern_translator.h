#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/schema/pattern.h"

namespace polygate::schema {

/// One pass over an ECMA-262 regular expression, writing RE2's syntax. Used once, on the stack.
class PatternTranslator {
 public:
  explicit PatternTranslator(std::string_view ecma) : in_(ecma) {}
  Translation run();

 private:
  /// One member of a character class: a code point, or a set that cannot bound a range.
  struct ClassAtom {
    std::optional<char32_t> point;
    std::string set;  // as it stands inside RE2's brackets
  };

  void term();
  void group();
  void escape();
  void character_class();
  ClassAtom class_atom();
  void quantifier();
  std::optional<std::string> class_escape(char letter, bool inside);
  std::optional<std::string> property(bool negated);
  char32_t character_escape();
  std::optional<char32_t> hex(std::size_t digits);
  std::optional<char32_t> unicode_escape();
  char32_t literal();

  bool end() const { return at_ >= in_.size() || !out_.problem.empty(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }
  bool take(std::string_view text);
  void wrong(const std::string& what);
  void unsupported(const std::string& what);
  void put(char32_t point);
  static std::string point_text(char32_t point);

  std::string_view in_;
  std::size_t at_ = 0;
  int open_groups_ = 0;
  bool quantifiable_ = false;
  Translation out_;
  std::string beyond_;  // the first construct that RE2 cannot run
};

}  // namespace polygate::schema
