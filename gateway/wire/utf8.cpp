#include "gateway/wire/utf8.h"

#include <array>
#include <cstddef>
#include <cstring>

#include "gateway/wire/text.h"

namespace polygate::wire {
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

}  // namespace polygate::wire
