#pragma once
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace printer_fleet {

/// A G-code command's code: M112, G38.2, T0. Two spellings of one command are the same code: G01 is G1, G92.0 is G92.
struct Code {
  char letter = 'G';
  unsigned number = 0;
  unsigned variant = 0;  ///< what stands after the point

  std::string text() const;
  auto operator<=>(const Code&) const = default;
};

/// A code, or what is wrong with the text.
struct ParsedCode {
  Code code;
  std::string fault;  ///< "character 5: found ..., expected ..."; empty when all is well
};

inline constexpr std::size_t kMaxCommandLength = 96;

/// Reads exactly one command of at most 96 ASCII characters:
///
///     command   = [GMT] number ( " " parameter )*
///     parameter = letter [ ["-"] number ]       G and M are no parameters: they would start a second command
///     number    = digit+ [ "." digit+ ]
///
/// No line ends, comments, line numbers, checksums, lower case or double spaces. Marlin keeps a code in 16 bits, where
/// M65648 is M112 once more; so a code's number has at most four digits after its zeros, and its variant two.
ParsedCode parse_command(std::string_view text);

/// The same for a code alone, as lists in settings name it.
ParsedCode parse_code(std::string_view text);

}  // namespace printer_fleet
