#include "gateway/base/utf8.h"

#include <array>
#include <cstring>

#include "gateway/base/ascii.h"

namespace polygate {
namespace {

// Classes of bytes that the table of RFC 3629 section 4 tells apart.
enum Class : std::uint8_t { kAscii, k80, k90, kA0, kC2, kE0, kE1, kED, kF0, kF1, kF4, kNever, kClasses };

constexpr Class class_of(unsigned byte) {
  if (byte < 0x80) return kAscii;
  if (byte < 0x90) return k80;
  if (byte < 0xa0) return k90;
  if (byte < 0xc0) return kA0;
  if (byte < 0xc2) return kNever;
  if (byte < 0xe0) return kC2;
  if (byte == 0xe0) return kE0;
  if (byte == 0xed) return kED;
  if (byte < 0xf0) return kE1;
  if (byte == 0xf0) return kF0;
  if (byte < 0xf4) return kF1;
  return byte == 0xf4 ? kF4 : kNever;
}

constexpr auto kClassOf = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) table[byte] = class_of(byte);
  return table;
}();

// What may come next; `wrong` is for ever.
enum State : std::uint8_t { start, one, two, three, after_e0, after_ed, after_f0, after_f4, wrong };

constexpr std::uint8_t kNext[9][kClasses] = {
    /* start    */ {start, wrong, wrong, wrong, one, after_e0, two, after_ed, after_f0, three, after_f4, wrong},
    /* one      */ {wrong, start, start, start, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong},
    /* two      */ {wrong, one, one, one, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong},
    /* three    */ {wrong, two, two, two, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong},
    /* after_e0 */ {wrong, wrong, wrong, one, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong},
    /* after_ed */ {wrong, one, one, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong},
    /* after_f0 */ {wrong, wrong, two, two, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong},
    /* after_f4 */ {wrong, two, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong},
    /* wrong    */ {wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong, wrong},
};

constexpr bool is_tail(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// Past the whole characters of one, two and three bytes at `at` whose tails may be any: most of what people write.
const char* skip_common(const char* at, const char* end) {
  while (at != end) {
    const std::uint8_t lead = kClassOf[static_cast<unsigned char>(*at)];
    if (lead == kAscii) {
      if (end - at >= 8) return at + 1;  // perhaps more of it: eight at a time
      ++at;
    } else if (lead == kC2 && end - at >= 2 && is_tail(at[1])) {
      at += 2;
    } else if (lead == kE1 && end - at >= 3 && is_tail(at[1]) && is_tail(at[2])) {
      at += 3;
    } else {
      break;
    }
  }
  return at;
}

}  // namespace

bool Utf8::feed(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::uint8_t state = state_;
  while (at != end) {
    while (state == start && end - at >= 8) {
      std::uint64_t word;
      std::memcpy(&word, at, sizeof word);
      if ((word & kHighBits) != 0) break;
      at += 8;
    }
    if (state == start) at = skip_common(at, end);
    if (at == end) break;
    // One character by the table, which knows the rare ones and those that are cut, then back to the fast path.
    do {
      state = kNext[state][kClassOf[static_cast<unsigned char>(*at++)]];
    } while (state != start && at != end);
    if (state == wrong) break;
  }
  state_ = state;
  return state != wrong;
}

bool is_utf8(std::string_view text) {
  Utf8 utf8;
  return utf8.feed(text) && utf8.complete();
}

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const std::size_t left = text.size() - at;
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || left < length) return {};
  std::uint32_t value = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  for (int back = 0; back < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; ++back) --end;
  return text.substr(0, end);
}

bool is_unprintable(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x61C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

void append_escaped(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = code_point_at(text, i);
    if (point.length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    if (point.value == '"' || point.value == '\\') {
      out += '\\';
      out += static_cast<char>(point.value);
    } else if (point.value == '\n') {
      out += "\\n";
    } else if (point.value == '\r') {
      out += "\\r";
    } else if (point.value == '\t') {
      out += "\\t";
    } else if (is_unprintable(point.value)) {  // all of them have four hexadecimal digits
      out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out += kHex[point.value >> shift & 15];
    } else {
      out += text.substr(i, point.length);
    }
    i += point.length;
  }
}

}  // namespace polygate
