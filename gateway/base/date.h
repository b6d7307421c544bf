#pragma once
#include <string>

namespace polygate {

/// RFC 3339, in UTC with milliseconds: "2027-01-15T08:00:00.000Z". `unix_seconds` are since 1970, with fraction; years
/// from 1970 to 9999.
std::string format_date(double unix_seconds);

}  // namespace polygate
