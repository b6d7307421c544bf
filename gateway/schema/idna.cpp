#include "gateway/schema/idna.h"

#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gateway/schema/punycode.h"

namespace polygate::schema {
namespace {

// RFC 5892, section 2: LetterDigits, less what is unstable under case folding (upper case), the exceptions of 2.6 and
// the old Hangul jamo, plus the code points whose context decides.
constexpr char kPermitted[] =
    R"((?:[-\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}\x{6fd}\x{6fe}\x{f0b}\x{3007}\x{b7}\x{375}\x{5f3}\x{5f4}\x{30fb}]|)"
    R"(\x{200c}|\x{200d})+)";
constexpr char kForbidden[] =
    R"([\x{640}\x{7fa}\x{302e}\x{302f}\x{3031}-\x{3035}\x{303b}\x{1100}-\x{11ff}\x{a960}-\x{a97c}\x{d7b0}-\x{d7fb}\x{fb00}-\x{fb4f}\x{ff00}-\x{ffef}])";
constexpr char kMark[] = R"(^\p{M})";

constexpr char32_t kMiddleDot = 0xB7, kKeraia = 0x375, kGeresh = 0x5F3, kGershayim = 0x5F4, kKatakanaDot = 0x30FB,
                   kNonJoiner = 0x200C, kJoiner = 0x200D;

/// Code points of canonical combining class 9.
constexpr char32_t kViramas[] = {0x94D,  0x9CD,  0xA4D,  0xACD,  0xB4D,  0xBCD,  0xC4D,  0xCCD,  0xD4D,
                                 0xDCA,  0xE3A,  0xF84,  0x1039, 0x1714, 0x1734, 0x17D2, 0x1A60, 0x1B44,
                                 0x1BAA, 0x1BAB, 0xA806, 0xA8C4, 0xA953, 0xAAF6, 0xABED};

bool within(char32_t point, char32_t first, char32_t last) {
  return point >= first && point <= last;
}

bool is_virama(char32_t point) {
  return std::find(std::begin(kViramas), std::end(kViramas), point) != std::end(kViramas);
}

bool is_greek(char32_t point) {
  return within(point, 0x370, 0x3FF) || within(point, 0x1F00, 0x1FFF);
}

bool is_hebrew(char32_t point) {
  return within(point, 0x591, 0x5F4);
}

bool is_japanese(char32_t point) {
  return within(point, 0x3041, 0x309F) || within(point, 0x30A1, 0x30FA) || within(point, 0x30FC, 0x30FF) ||
         within(point, 0x31F0, 0x31FF) || within(point, 0x3400, 0x4DBF) || within(point, 0x4E00, 0x9FFF) ||
         within(point, 0xF900, 0xFAFF) || within(point, 0x20000, 0x3FFFF) || point == 0x3005 || point == 0x3007;
}

/// Letters of the scripts whose letters join on both sides, near enough for a zero width non-joiner (appendix A.1).
bool joins(char32_t point) {
  return within(point, 0x620, 0x64A) || within(point, 0x66E, 0x6D3) || within(point, 0x6FA, 0x6FF) ||
         within(point, 0x712, 0x77F) || within(point, 0x7CA, 0x7EA) || within(point, 0x8A0, 0x8C7);
}

bool context_permits(const std::vector<char32_t>& label, std::size_t at) {
  const char32_t before = at > 0 ? label[at - 1] : 0;
  const char32_t after = at + 1 < label.size() ? label[at + 1] : 0;
  const auto any = [&](auto test) { return std::any_of(label.begin(), label.end(), test); };
  switch (label[at]) {
    case kMiddleDot:
      return before == 'l' && after == 'l';
    case kKeraia:
      return is_greek(after);
    case kGeresh:
    case kGershayim:
      return is_hebrew(before);
    case kKatakanaDot:
      return any(is_japanese);
    case kJoiner:
      return is_virama(before);
    case kNonJoiner:
      return is_virama(before) || (joins(before) && joins(after));
    default:
      break;
  }
  if (within(label[at], 0x660, 0x669)) return !any([](char32_t c) { return within(c, 0x6F0, 0x6F9); });
  return true;
}

bool fully(std::string_view text, const RE2& pattern) {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

bool somewhere(std::string_view text, const RE2& pattern) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

}  // namespace

bool is_u_label(std::string_view label) {
  static const RE2 permitted(kPermitted), forbidden(kForbidden), mark(kMark);
  if (label.front() == '-' || label.back() == '-') return false;
  const auto points = decode_utf8(label);
  if (!points || (points->size() >= 4 && (*points)[2] == '-' && (*points)[3] == '-')) return false;
  if (!fully(label, permitted) || somewhere(label, forbidden) || somewhere(label, mark)) return false;
  for (std::size_t i = 0; i < points->size(); ++i) {
    if (!context_permits(*points, i)) return false;
  }
  return true;
}

std::size_t u_label_length(std::string_view label) {
  const auto points = decode_utf8(label);
  if (!points || points->size() > 63) return 0;
  return 4 + punycode(*points).size();
}

bool is_a_label(std::string_view label) {
  const auto points = from_punycode(label.substr(4));
  if (!points) return false;
  const std::string text = encode_utf8(*points);
  if (std::all_of(points->begin(), points->end(), [](char32_t c) { return c < 0x80; })) return false;
  return is_u_label(text);
}

}  // namespace polygate::schema
