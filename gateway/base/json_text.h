#pragma once
#include <cstddef>
#include <string_view>

namespace polygate::json {

/// The white space of RFC 8259, section 2.
constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Without the white space around it.
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Where the value that starts at `at` ends, in text that is known to be valid JSON; never beyond the text.
std::size_t value_end(std::string_view text, std::size_t at);

/// Walks the members of an object in text that is known to be valid JSON, without parsing it: for what is forwarded
/// byte by byte. Never reads beyond the text, valid or not.
class MemberText {
 public:
  /// `object` holds one object, perhaps with space around it; anything else has no members.
  explicit MemberText(std::string_view object);

  /// Goes to the next member's key; false behind the last. The value of the member before it is passed over.
  bool next();
  /// As it stands in the text, with its quotes and escapes.
  std::string_view key() const { return key_; }
  /// The value's own bytes.
  std::string_view value();
  /// The same without looking for its end: only for the value of the last member.
  std::string_view last_value() const;

 private:
  void skip_space();

  std::string_view text_;  ///< from the brace to its twin
  std::string_view key_;
  std::size_t value_ = 0;  ///< where the value starts, 0 before the first member
  std::size_t end_ = 0;    ///< where it ends, 0 as long as nobody asked
};

}  // namespace polygate::json
