#include "gateway/schema/punycode.h"

#include <algorithm>
#include <cstdint>

namespace polygate::schema {
namespace {

constexpr std::uint32_t kBase = 36, kMin = 1, kMax = 26, kSkew = 38, kDamp = 700, kBias = 72, kFirst = 128;

std::uint32_t adapt(std::uint32_t delta, std::uint32_t points, bool first) {
  delta = first ? delta / kDamp : delta / 2;
  delta += delta / points;
  std::uint32_t k = 0;
  for (; delta > (kBase - kMin) * kMax / 2; k += kBase) delta /= kBase - kMin;
  return k + (kBase - kMin + 1) * delta / (delta + kSkew);
}

std::uint32_t threshold(std::uint32_t k, std::uint32_t bias) {
  return k <= bias ? kMin : std::min(k - bias, kMax);
}

char digit(std::uint32_t value) {
  return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26));
}

std::optional<std::uint32_t> value_of(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a');
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 26);
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<char32_t>> decode_utf8(std::string_view text) {
  std::vector<char32_t> points;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const int more = lead < 0x80 ? 0 : lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : -1;
    if (more < 0) return std::nullopt;
    char32_t point = more == 0 ? lead : lead & (0x3Fu >> more);
    for (int k = 0; k < more; ++k) {
      if (i == text.size()) return std::nullopt;
      point = point << 6 | (static_cast<unsigned char>(text[i++]) & 63u);
    }
    points.push_back(point);
  }
  return points;
}

std::string encode_utf8(const std::vector<char32_t>& points) {
  std::string out;
  for (const char32_t point : points) {
    if (point < 0x80) {
      out += static_cast<char>(point);
      continue;
    }
    const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    out += static_cast<char>((0xF0u << (3 - more)) | point >> (6 * more));
    for (int k = more - 1; k >= 0; --k) out += static_cast<char>(0x80u | (point >> (6 * k) & 63u));
  }
  return out;
}

std::string punycode(const std::vector<char32_t>& points) {
  std::string out;
  for (const char32_t point : points) {
    if (point < kFirst) out += static_cast<char>(point);
  }
  const auto basic = static_cast<std::uint32_t>(out.size());
  if (basic > 0) out += '-';
  std::uint32_t n = kFirst, delta = 0, bias = kBias, done = basic;
  while (done < points.size()) {
    std::uint32_t next = 0x110000;
    for (const char32_t point : points) {
      if (point >= n) next = std::min(next, static_cast<std::uint32_t>(point));
    }
    delta += (next - n) * (done + 1);
    n = next;
    for (const char32_t point : points) {
      if (point < n) ++delta;
      if (point != n) continue;
      std::uint32_t q = delta;
      for (std::uint32_t k = kBase;; k += kBase) {
        const std::uint32_t t = threshold(k, bias);
        if (q < t) break;
        out += digit(t + (q - t) % (kBase - t));
        q = (q - t) / (kBase - t);
      }
      out += digit(q);
      bias = adapt(delta, done + 1, done == basic);
      delta = 0;
      ++done;
    }
    ++delta;
    ++n;
  }
  return out;
}

std::optional<std::vector<char32_t>> from_punycode(std::string_view text) {
  std::vector<char32_t> points;
  if (const auto dash = text.rfind('-'); dash != std::string_view::npos) {
    points.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(dash));
    text.remove_prefix(dash + 1);
  }
  std::uint64_t n = kFirst, i = 0;
  std::uint32_t bias = kBias;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const std::uint64_t old = i;
    std::uint64_t weight = 1;
    for (std::uint32_t k = kBase;; k += kBase) {
      if (text.empty()) return std::nullopt;
      const auto value = value_of(text[0]);
      text.remove_prefix(1);
      if (!value) return std::nullopt;
      i += *value * weight;
      if (i > 0xFFFFFFFF) return std::nullopt;
      const std::uint32_t t = threshold(k, bias);
      if (*value < t) break;
      weight *= kBase - t;
      if (weight > 0xFFFFFFFF) return std::nullopt;
    }
    const auto count = static_cast<std::uint32_t>(points.size()) + 1;
    bias = adapt(static_cast<std::uint32_t>(i - old), count, old == 0);
    n += i / count;
    i %= count;
    if (n > 0x10FFFF || (n >= 0xD800 && n <= 0xDFFF)) return std::nullopt;
    points.insert(points.begin() + static_cast<std::ptrdiff_t>(i), static_cast<char32_t>(n));
    ++i;
  }
  return points;
}

}  // namespace polygate::schema
