#pragma once
#include <string_view>

namespace polygate::schema {

/// RFC 2673, section 3.2: four decimal numbers without leading zeros.
bool is_ipv4(std::string_view text);

/// RFC 4291, section 2.2; no zone.
bool is_ipv6(std::string_view text);

/// RFC 1123, section 2.1, at most 253 bytes; an A-label (xn--) must decode to a valid U-label.
bool is_hostname(std::string_view text);

/// RFC 5890, section 2.3.2.3: labels in any script, with the contextual rules of RFC 5892.
bool is_idn_hostname(std::string_view text);

/// RFC 5321, section 4.1.2 (or with `international`, RFC 6531): dot-string or quoted-string, domain or address literal.
bool is_email(std::string_view text, bool international);

}  // namespace polygate::schema
