#include "gateway/base/date.h"

#include <chrono>
#include <cmath>
#include <cstdio>

namespace polygate {

std::string format_date(double unix_seconds) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds(std::llround(unix_seconds * 1000))};
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss time(at - day);
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return text;
}

}  // namespace polygate
