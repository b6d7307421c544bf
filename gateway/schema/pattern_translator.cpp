#include "gateway/schema/pattern_translator.h"

#include <algorithm>
#include <cstdio>

#include "gateway/base/ascii.h"
#include "gateway/schema/unicode_names.h"

namespace polygate::schema {
namespace {

// ECMA-262's WhiteSpace and LineTerminator, wider than RE2's \s; and everything else.
constexpr std::string_view kSpace =
    R"(\x09-\x0d\x20\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view kNotSpace =
    R"(\x00-\x08\x0e-\x1f\x21-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e})"
    R"(\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr std::string_view kNotLineEnd = R"([^\n\r\x{2028}\x{2029}])";

}  // namespace

Translation PatternTranslator::run() {
  while (!end()) term();
  if (out_.problem.empty() && open_groups_ > 0) wrong("a group that is not closed");
  if (out_.problem.empty() && !beyond_.empty()) {
    out_.verdict = Translation::Verdict::unsupported;
    out_.problem = beyond_;
  }
  return std::move(out_);
}

void PatternTranslator::term() {
  const char c = peek();
  switch (c) {
    case '^':
    case '$':
    case '|':
      ++at_;
      out_.expression += c;
      quantifiable_ = false;
      return;
    case '(':
      return group();
    case ')':
      if (open_groups_-- == 0) return wrong("a `)` without `(`");
      ++at_;
      out_.expression += ')';
      quantifiable_ = true;
      return;
    case '*':
    case '+':
    case '?':
    case '{':
      return quantifier();
    case '}':
    case ']':
      return wrong(std::string("a `") + c + "` that must be written `\\" + c + '`');
    case '[':
      return character_class();
    case '\\':
      return escape();
    case '.':
      ++at_;
      out_.expression += kNotLineEnd;
      quantifiable_ = true;
      return;
    default:
      put(literal());
      quantifiable_ = true;
  }
}

void PatternTranslator::group() {
  ++at_;
  ++open_groups_;
  quantifiable_ = false;
  if (take("?=") || take("?!") || take("?<=") || take("?<!")) {
    unsupported("lookaround, which no linear-time engine can run");
  } else if (take("?<")) {
    const std::size_t name = at_;
    while (is_letter(peek()) || is_digit(peek()) || peek() == '_' || peek() == '$') ++at_;
    if (at_ == name || is_digit(in_[name]) || !take(">")) return wrong("a bad group name");
  } else if (peek() == '?' && !take("?:")) {
    return wrong("an unknown kind of group");
  }
  out_.expression += "(?:";
}

void PatternTranslator::quantifier() {
  if (!quantifiable_) return wrong("a quantifier with nothing to repeat");
  const std::size_t start = at_;
  if (peek() == '{') {
    const auto number = [this] {
      const std::size_t from = at_;
      while (is_digit(peek())) ++at_;
      return in_.substr(from, at_ - from);
    };
    ++at_;
    const std::string_view least = number();
    const bool comma = take(",");
    const std::string_view most = comma ? number() : std::string_view();
    if (least.empty() || !take("}")) return wrong("a `{` that is no quantifier; a literal one is written `\\{`");
    if (least.size() > 4 || most.size() > 4) return wrong("a repetition of more than 1000, which RE2 does not run");
    if (!most.empty() && std::stoi(std::string(least)) > std::stoi(std::string(most)))
      return wrong("a quantifier whose numbers are out of order");
  } else {
    ++at_;
  }
  if (peek() == '?') ++at_;
  out_.expression += in_.substr(start, at_ - start);
  quantifiable_ = false;
}

void PatternTranslator::escape() {
  const char letter = peek(1);
  quantifiable_ = true;
  if (letter == 'b' || letter == 'B') {
    out_.expression += in_.substr(at_, 2);
    at_ += 2;
    quantifiable_ = false;
    return;
  }
  if (letter == 'k' || (letter >= '1' && letter <= '9')) {
    unsupported("a backreference, which no linear-time engine can run");
    at_ += 2;
    if (letter != 'k') {
      while (is_digit(peek())) ++at_;
      return;
    }
    const std::size_t close = in_.find('>', at_);
    if (peek() != '<' || close == std::string_view::npos) return wrong("a bad group name");
    at_ = close + 1;
    return;
  }
  if (const auto set = class_escape(letter, false)) {
    out_.expression += *set;
    return;
  }
  put(character_escape());
}

std::optional<std::string> PatternTranslator::class_escape(char letter, bool inside) {
  const auto bracketed = [&](std::string_view members) {
    at_ += 2;
    return inside ? std::string(members) : '[' + std::string(members) + ']';
  };
  switch (letter) {
    case 'd':
    case 'D':
    case 'w':
    case 'W':
      at_ += 2;
      return std::string("\\") + letter;
    case 's':
      return bracketed(kSpace);
    case 'S':
      return bracketed(kNotSpace);
    case 'p':
    case 'P':
      return property(letter == 'P');
    default:
      return std::nullopt;
  }
}

std::optional<std::string> PatternTranslator::property(bool negated) {
  const std::size_t close = in_.find('}', at_);
  if (peek(2) != '{' || close == std::string_view::npos) {
    wrong("a `\\p` without `{Name}`");
    return std::string();
  }
  std::string_view name = in_.substr(at_ + 3, close - at_ - 3);
  const std::size_t start = at_;
  at_ = close + 1;
  for (const std::string_view prefix : {"General_Category=", "gc=", "Script=", "sc=", "Script_Extensions=", "scx="}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  if (name == "Any") return std::string(negated ? R"([^\x00-\x{10ffff}])" : R"([\x00-\x{10ffff}])");
  if (name == "ASCII") return std::string(negated ? R"([^\x00-\x7f])" : R"([\x00-\x7f])");
  for (const LongName& known : kCategories) {
    if (known.ecma == name) name = known.re2;
  }
  const std::string text = std::string(negated ? "\\P{" : "\\p{") + std::string(name) + '}';
  const bool simple = std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || c == '_'; });
  RE2::Options quiet;
  quiet.set_log_errors(false);
  if (!simple || !RE2(text, quiet).ok()) {
    at_ = start;
    wrong("an unknown property " + std::string(name.substr(0, 40)));
  }
  return text;
}

char32_t PatternTranslator::character_escape() {
  ++at_;
  const char c = peek();
  if (at_ >= in_.size()) {
    wrong("a `\\` at the end");
    return 0;
  }
  switch (c) {
    case 't':
      ++at_;
      return '\t';
    case 'n':
      ++at_;
      return '\n';
    case 'v':
      ++at_;
      return '\v';
    case 'f':
      ++at_;
      return '\f';
    case 'r':
      ++at_;
      return '\r';
    case '0':
      ++at_;
      if (is_digit(peek())) wrong("an octal escape");
      return 0;
    case 'c':
      ++at_;
      if (!is_letter(peek())) {
        wrong("a `\\c` without a letter");
        return 0;
      }
      return static_cast<char32_t>(in_[at_++] % 32);
    case 'x':
    case 'u': {
      ++at_;
      const auto point = c == 'x' ? hex(2) : unicode_escape();
      if (!point) wrong("an escape without its hexadecimal digits");
      return point.value_or(0);
    }
    default:
      if (is_letter(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80) {
        wrong(std::string("an unknown escape"));
        return 0;
      }
      ++at_;
      return static_cast<char32_t>(c);
  }
}

std::optional<char32_t> PatternTranslator::hex(std::size_t digits) {
  char32_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const int digit = hex_value(peek(i));
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<char32_t>(digit);
  }
  at_ += digits;
  return value;
}

std::optional<char32_t> PatternTranslator::unicode_escape() {
  if (take("{")) {
    char32_t value = 0;
    std::size_t digits = 0;
    for (; hex_value(peek()) >= 0 && digits < 6; ++at_, ++digits) {
      value = value * 16 + static_cast<char32_t>(hex_value(peek()));
    }
    if (digits == 0 || value > 0x10FFFF || !take("}")) return std::nullopt;
    return value;
  }
  const auto unit = hex(4);
  if (!unit || *unit < 0xD800 || *unit > 0xDFFF) return unit;
  if (*unit > 0xDBFF || !take("\\u")) return std::nullopt;
  const auto low = hex(4);
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::nullopt;
  return 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
}

char32_t PatternTranslator::literal() {
  const auto lead = static_cast<unsigned char>(in_[at_++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  char32_t point = lead & (0x3Fu >> more);
  for (int i = 0; i < more && at_ < in_.size(); ++i)
    point = point << 6 | (static_cast<unsigned char>(in_[at_++]) & 63u);
  return point;
}

void PatternTranslator::character_class() {
  ++at_;
  const bool negated = take("^");
  std::string members;
  while (!end() && peek() != ']') {
    const ClassAtom first = class_atom();
    if (peek() != '-' || peek(1) == ']' || peek(1) == '\0') {
      members += first.point ? point_text(*first.point) : first.set;
      continue;
    }
    ++at_;
    const ClassAtom last = class_atom();
    if (!out_.problem.empty()) return;
    if (!first.point || !last.point) return wrong("a range in a class that begins or ends with a set");
    if (*first.point > *last.point) return wrong("a range in a class that is out of order");
    members += point_text(*first.point) + '-' + point_text(*last.point);
  }
  if (!take("]")) return wrong("a class that is not closed");
  quantifiable_ = true;
  if (members.empty()) {
    out_.expression += negated ? R"([\x00-\x{10ffff}])" : R"([^\x00-\x{10ffff}])";
    return;
  }
  out_.expression += (negated ? "[^" : "[") + members + ']';
}

PatternTranslator::ClassAtom PatternTranslator::class_atom() {
  if (peek() != '\\') return {literal(), {}};
  const char letter = peek(1);
  if (letter == 'b' || letter == '-') {
    at_ += 2;
    return {letter == 'b' ? U'\b' : U'-', {}};
  }
  if (auto set = class_escape(letter, true)) {
    // A property such as Any comes in brackets of its own, which a class cannot hold.
    if (set->starts_with("[^")) {
      wrong("a property that a class cannot hold");
    } else if (set->starts_with('[')) {
      set = set->substr(1, set->size() - 2);
    }
    return {std::nullopt, *set};
  }
  return {character_escape(), {}};
}

bool PatternTranslator::take(std::string_view text) {
  if (!in_.substr(std::min(at_, in_.size())).starts_with(text)) return false;
  at_ += text.size();
  return true;
}

void PatternTranslator::wrong(const std::string& what) {
  if (!out_.problem.empty()) return;
  out_.verdict = Translation::Verdict::wrong;
  out_.problem = what + ", at offset " + std::to_string(at_);
}

void PatternTranslator::unsupported(const std::string& what) {
  if (beyond_.empty()) beyond_ = what + ", at offset " + std::to_string(at_);
}

void PatternTranslator::put(char32_t point) {
  out_.expression += point_text(point);
}

std::string PatternTranslator::point_text(char32_t point) {
  if (point < 0x80 && (is_letter(static_cast<char>(point)) || is_digit(static_cast<char>(point))))
    return std::string(1, static_cast<char>(point));
  char text[16];
  std::snprintf(text, sizeof text, "\\x{%x}", static_cast<unsigned>(point));
  return text;
}

}  // namespace polygate::schema
