#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/base/clock.h"

namespace polygate {

/// So many `within` a time: as many at once, and one more whenever `within / count` has passed.
struct Rate {
  std::uint32_t count = 1;
  Millis within{1'000};
};

/// One more use of `key`.
struct Charge {
  std::string table;  ///< keys of different tables never meet: a profile and one of its rules
  std::string key;
  Rate rate;                  ///< the same in all charges of a table
  std::size_t most_keys = 0;  ///< that the table may hold, at least 1
};

/// How often keys were used. Holds a key for as long as it matters, which is at most the rate's time, and no more keys
/// than each charge allows: then the one is forgotten that was used longest ago. Not thread-safe: belongs to one
/// worker, or to an Exchange and lives under its lock.
class Rates {
 public:
  /// 0: that is within the rate, and counts. Else it does not count, and would be within the rate after this time.
  Millis charge(const Charge& charge, Instant now);
  /// Keys of all tables.
  std::size_t size() const;

 private:
  struct Use {
    std::string key;
    std::int64_t full_at = 0;  ///< nanoseconds: from then on all of the rate is free again
  };
  struct Table {
    std::list<Use> uses;  ///< the one used longest ago first
    std::unordered_map<std::string_view, std::list<Use>::iterator> by_key;
  };

  static void forget_first(Table& table);

  std::map<std::string, Table, std::less<>> tables_;
};

}  // namespace polygate
