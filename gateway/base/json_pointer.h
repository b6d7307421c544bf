#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polygate::json {

/// Appends "/" and `token` as a JSON Pointer writes it: `~` as ~0, `/` as ~1 (RFC 6901, section 3).
void append_token(std::string& pointer, std::string_view token);
/// The same in the fragment of a URI, where `%` is %25 (RFC 6901, section 6).
void append_fragment_token(std::string& pointer, std::string_view token);
/// The tokens of a pointer, as they are without escapes.
std::vector<std::string> pointer_tokens(std::string_view pointer);
/// The number that a token is where it stands for an item of a list: digits without a zero in front (section 4).
std::optional<std::size_t> pointer_index(std::string_view token);

}  // namespace polygate::json
