#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polygate::schema {

std::optional<std::vector<char32_t>> decode_utf8(std::string_view text);
std::string encode_utf8(const std::vector<char32_t>& points);

/// RFC 3492, without the "xn--".
std::string punycode(const std::vector<char32_t>& points);
std::optional<std::vector<char32_t>> from_punycode(std::string_view text);

}  // namespace polygate::schema
