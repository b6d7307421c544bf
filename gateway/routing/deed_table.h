#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/base/clock.h"

namespace polygate {

/// Something that is done once, however often it is asked for.
struct Deed {
  std::string table;           ///< deeds of different tables never meet: a profile
  std::string key;             ///< which event, whose, and what the rule names
  std::uint64_t data = 0;      ///< what it is done with, as a hash
  Millis within{0};            ///< for so long it counts as done
  std::size_t most_bytes = 0;  ///< for all that is remembered of the table
  std::size_t most_rows = 0;   ///< that a store remembers
};

/// What comes of a deed: text in JSON.
using DeedResult = std::shared_ptr<const std::string>;

/// Which deeds are under way, and what came of those that are done. Remembers no more of a table than it may: then the
/// one is forgotten that was done first. Deeds that are under way are as many as the turns that do them. Belongs to an
/// Exchange and lives under its lock.
class DeedTable {
 public:
  enum class State : std::uint8_t {
    begun,      ///< it is under way from now on: whoever asked does it, and calls end()
    under_way,  ///< somebody else does it
    done,
    different,  ///< it was begun or done with other data
  };
  struct Found {
    State state = State::begun;
    DeedResult result = {};  ///< of one that is done
  };
  Found begin(const Deed& deed, Instant now);
  /// It is not under way any more. With a result it is done, and without it may be begun again.
  void end(const Deed& deed, DeedResult result, Instant now);

  /// What one takes beside its key and its result.
  static constexpr std::size_t kAround = 256;
  /// Of all that is remembered of that table.
  std::size_t bytes(std::string_view table) const;

 private:
  struct Done {
    std::string key;
    std::uint64_t data = 0;
    Instant until{};
    DeedResult result;

    std::size_t weight() const { return key.size() + result->size() + kAround; }
  };
  struct Table {
    std::list<Done> done;  ///< the one that was done first comes first
    std::unordered_map<std::string_view, std::list<Done>::iterator> by_key;
    std::unordered_map<std::string, std::uint64_t> under_way;  ///< with these data
    std::size_t bytes = 0;
  };

  static void forget(Table& table, std::list<Done>::iterator one);

  std::map<std::string, Table, std::less<>> tables_;
};

}  // namespace polygate
