#pragma once
#include <cstddef>
#include <string_view>

namespace polygate::schema {

/// Is `label` (UTF-8, with a character beyond ASCII) a U-label: only code points that RFC 5892 permits, in permitted
/// contexts (its appendix A), not beginning with a combining mark? Normal form C and the bidi rule are not checked.
bool is_u_label(std::string_view label);

/// The length of its A-label, "xn--" counted (RFC 3492); 0 when it is not UTF-8 or far too long.
std::size_t u_label_length(std::string_view label);

/// Is `label`, which starts with xn--, the Punycode of a U-label?
bool is_a_label(std::string_view label);

}  // namespace polygate::schema
