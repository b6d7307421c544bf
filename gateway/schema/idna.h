#pragma once
#include <cstddef>
#include <string_view>

namespace polygate::schema {

/// The length of the A-label (IDNA 2008, RFC 5891: "xn--" and Punycode) of `label`, which is UTF-8 with a character
/// beyond ASCII; 0 when it is no U-label: not in normal form C, with a code point that RFC 5892 does not permit there,
/// against the rule of RFC 5893 for both directions of writing, or longer than a label may be.
std::size_t a_label_length(std::string_view label);

/// Is `label`, which starts with xn--, the A-label of a U-label?
bool is_a_label(std::string_view label);

}  // namespace polygate::schema
