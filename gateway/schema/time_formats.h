#pragma once
#include <string_view>

namespace polygate::schema {

/// RFC 3339, section 5.6: full-date, full-time and date-time; a leap second only at 23:59:60 UTC.
bool is_date(std::string_view text);
bool is_time(std::string_view text);
bool is_date_time(std::string_view text);

/// RFC 3339, appendix A: an ISO 8601 duration such as P1DT12H, or in weeks.
bool is_duration(std::string_view text);

}  // namespace polygate::schema
