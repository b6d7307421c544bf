#pragma once
#include <string>

namespace polygate {

/// The text as others may read it: each byte of the password of a URI (RFC 3986 3.2.1 `scheme://user:password@host`,
/// and libpq's `?password=`) is a `*`, so that places in the text stay what they are.
std::string without_passwords(std::string text);

}  // namespace polygate
