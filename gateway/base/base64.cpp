#include "gateway/base/base64.h"

#include <array>
#include <cstddef>

namespace polygate {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Values = std::array<std::int8_t, 256>;

/// Of each digit its six bits; -1 is none.
constexpr Values values_of(std::string_view alphabet) {
  Values values{};
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}

constexpr Values kStandardValues = values_of(kStandard);
constexpr Values kUrlValues = values_of(kUrl);

/// Puts digits together to bytes.
class Bytes {
 public:
  explicit Bytes(std::string& out) : out_(out) {}

  void add(std::int8_t digit) {
    held_ = (held_ << 6 | static_cast<std::uint32_t>(digit)) & 0xfff;
    bits_ += 6;
    if (bits_ < 8) return;
    bits_ -= 8;
    out_ += static_cast<char>(held_ >> bits_ & 0xff);
  }
  /// A lone last digit holds no whole byte.
  bool cut() const { return bits_ == 6; }
  /// Not all zero: another spelling of the same bytes.
  bool spare() const { return (held_ & ((1U << bits_) - 1)) != 0; }

 private:
  std::string& out_;
  std::uint32_t held_ = 0;
  unsigned bits_ = 0;
};

void append(std::string& out, std::string_view bytes, std::string_view alphabet) {
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char byte : bytes) {
    held = held << 8 | static_cast<unsigned char>(byte);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += alphabet[held >> bits & 63];
    }
  }
  if (bits > 0) out += alphabet[held << (6 - bits) & 63];
}

bool is_white_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  append(out, bytes, kStandard);
  out.append((3 - bytes.size() % 3) % 3, '=');
}

bool decode_base64(std::string_view text, std::string& out) {
  out.clear();
  out.reserve(text.size() / 4 * 3 + 2);
  Bytes bytes(out);
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (is_white_space(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const std::int8_t value = kStandardValues[static_cast<unsigned char>(c)];
    if (value < 0 || padding > 0) return false;
    ++digits;
    bytes.add(value);
  }
  return !bytes.cut() && (padding == 0 || (padding <= 2 && (digits + padding) % 4 == 0));
}

std::string base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  append(text, bytes, kUrl);
  return text;
}

std::string base64url(std::span<const std::uint8_t> bytes) {
  return base64url(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

std::optional<std::string> decode_base64url(std::string_view text) {
  std::optional<std::string> out(std::in_place);
  out->reserve(text.size() / 4 * 3 + 2);
  Bytes bytes(*out);
  for (const char c : text) {
    const std::int8_t value = kUrlValues[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    bytes.add(value);
  }
  if (bytes.cut() || bytes.spare()) return std::nullopt;
  return out;
}

}  // namespace polygate
