#include "plugins/printer_fleet/gcode.h"

#include <algorithm>

namespace printer_fleet {
namespace {

constexpr unsigned kMaxNumber = 9'999;
constexpr unsigned kMaxVariant = 99;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string shown(char c) {
  if (c == '\n') return "a line feed";
  if (c == '\r') return "a carriage return";
  if (c == ' ') return "a space";
  if (c > ' ' && c < '\x7f') return std::string("'") + c + "'";
  constexpr std::string_view hex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return std::string("byte 0x") + hex[byte >> 4U] + hex[byte & 15U];
}

/// Walks over the text; remembers the first fault and moves no further after it.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool good() const { return fault_.empty(); }
  bool at_end() const { return position_ == text_.size(); }
  bool next_is(char c) const { return !at_end() && text_[position_] == c; }
  bool next_is_digit() const { return !at_end() && is_digit(text_[position_]); }
  const std::string& fault() const { return fault_; }

  void expected(const std::string& what) {
    if (!good()) return;
    fault_ = "character " + std::to_string(position_ + 1) + ": found " +
             (at_end() ? std::string("the end") : shown(text_[position_])) + ", expected " + what;
  }

  void too_big(const std::string& what) {
    if (good()) fault_ = "character " + std::to_string(position_) + ": " + what;
  }

  char take() { return text_[position_++]; }

  bool take_if(char c) {
    if (!good() || !next_is(c)) return false;
    ++position_;
    return true;
  }

  char letter(std::string_view allowed, const std::string& what) {
    if (good() && !at_end() && allowed.find(text_[position_]) != std::string_view::npos) return take();
    expected(what);
    return 'G';
  }

  void digits() {
    if (!next_is_digit()) expected("a digit");
    while (good() && next_is_digit()) take();
  }

  /// Digits whose value is at most `most`.
  unsigned number(unsigned most, const std::string& too_big_text) {
    if (!next_is_digit()) expected("a digit");
    unsigned value = 0;
    while (good() && next_is_digit()) {
      value = value * 10 + static_cast<unsigned>(take() - '0');
      if (value > most) too_big(too_big_text);
    }
    return value;
  }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
  std::string fault_;
};

Code code(Reader& reader) {
  Code found;
  found.letter = reader.letter("GMT", "G, M or T");
  found.number = reader.number(kMaxNumber, "there are no codes above " + std::to_string(kMaxNumber));
  if (reader.take_if('.')) {
    found.variant = reader.number(kMaxVariant, "there are no variants above " + std::to_string(kMaxVariant));
  }
  return found;
}

void parameter(Reader& reader) {
  if (reader.next_is('G') || reader.next_is('M')) return reader.expected("a parameter: one command at a time");
  reader.letter("ABCDEFHIJKLNOPQRSTUVWXYZ", "a parameter's letter, A to Z");
  if (!reader.good() || reader.at_end() || reader.next_is(' ')) return;
  reader.take_if('-');
  reader.digits();
  if (reader.take_if('.')) reader.digits();
}

ParsedCode end(Reader& reader, const Code& found) {
  return {found, reader.fault()};
}

}  // namespace

std::string Code::text() const {
  std::string out = letter + std::to_string(number);
  if (variant != 0) out += "." + std::to_string(variant);
  return out;
}

ParsedCode parse_command(std::string_view text) {
  if (text.size() > kMaxCommandLength) {
    return {{},
            "found " + std::to_string(text.size()) + " bytes, expected at most " + std::to_string(kMaxCommandLength)};
  }
  Reader reader(text);
  const Code found = code(reader);
  while (reader.good() && !reader.at_end()) {
    if (reader.take_if(' ')) {
      parameter(reader);
    } else {
      reader.expected("a space or the end: one command at a time");
    }
  }
  return end(reader, found);
}

ParsedCode parse_code(std::string_view text) {
  Reader reader(text);
  const Code found = code(reader);
  if (reader.good() && !reader.at_end()) reader.expected("the end of the code");
  return end(reader, found);
}

}  // namespace printer_fleet
