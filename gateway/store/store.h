#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/base/result.h"

namespace polygate {

/// Bytes of a row, which are no text: any byte, NUL included.
struct Bytes {
  std::string value;
  bool operator==(const Bytes&) const = default;
};

/// One value of a row: nothing, an integer, a finite number, text (UTF-8 without NUL), or bytes.
using StoreValue = std::variant<std::nullptr_t, std::int64_t, double, std::string, Bytes>;
using StoreRow = std::vector<StoreValue>;
using StoreRows = std::vector<StoreRow>;

inline constexpr std::size_t kMaxStoreRows = 10'000;  ///< of one statement, where it says nothing else

/// What one write sees and changes, all or nothing. Lives on the store's own thread, while the write's body runs.
class Transaction {
 public:
  /// Runs one statement of the dialect in plugins/README.md with its parameters (`$1` is the first) and gives its rows:
  /// those of a SELECT, which sees what the transaction has changed, or of a RETURNING. A failure spoils the
  /// transaction: all that follows fails in the same way, and nothing of it is kept. Failures: as those of Store, and
  /// `limited` for more than `max_rows` rows.
  virtual Result<StoreRows> run(std::string_view sql, StoreRow parameters = {},
                                std::size_t max_rows = kMaxStoreRows) = 0;

 protected:
  ~Transaction() = default;
};

/// A step in the life of a plugin's tables, done once in each store: CREATE, ALTER and DROP are for it alone.
struct Migration {
  std::string name;  ///< "0001 readings": a number of four digits, which grows from one to the next, and what it does
  std::string sql;   ///< statements of the dialect with semicolons between them; never changed once it ran somewhere
};

/// What a store has done since it was opened.
struct StoreMeter {
  std::uint64_t written = 0;  ///< writes whose commit is durable
  std::uint64_t unsure = 0;   ///< writes of which nobody knows whether they are: answered `busy`, never done again
};

/// Durable rows for handlers. Thread-safe. Its end waits for the calls that are inside and finishes what waits.
///
/// Writes of one key are done one after another, in the order of submit(). Those of different keys may overlap: a write
/// decides only on rows that its key covers. A failing write fails alone.
///
/// Failures, whose message may reach clients and whose details are the database's own words for the log: `busy`
/// (locked, out of reach, damaged, closing, too many writes wait, or unsure whether it was written), `limited` (full, a
/// value too big), `refused` (a constraint of the table), `invalid` (a value that cannot be kept as it is), `internal`
/// (not of the dialect, or the database does not understand it).
class Store {
 public:
  /// One write on its way.
  struct Write {
    std::string key;
    /// Says whether to keep what it did. May be run again, when a run could not be committed, so it changes
    /// nothing but the database and what `done` looks at. Must not throw.
    std::function<bool(Transaction&)> body;
    /// Called once, on the store's thread, when what the body said is durable; with the failure when it is not, or when
    /// the body would keep what is spoilt. Must return soon.
    std::function<void(Result<void>)> done;
    bool defines = false;  ///< may CREATE, ALTER and DROP
  };

  virtual ~Store() = default;

  /// Takes the write, or says why not; then `done` is never called. Does not block.
  virtual Result<void> submit(Write write) = 0;
  /// Does the write and waits until it is durable; a failure of the body undoes it, and so does what it throws, which
  /// is thrown here. Blocks.
  virtual Result<void> write(std::string key, const std::function<Result<void>(Transaction&)>& body);
  /// Runs one reading statement on what is committed; more than `max_rows` rows are a failure (`limited`). Blocks.
  virtual Result<StoreRows> query(std::string_view sql, StoreRow parameters = {},
                                  std::size_t max_rows = kMaxStoreRows) = 0;
  /// Whether the last write reached the disk; for readiness and alarms. Does not block.
  virtual Result<void> health() const { return {}; }
  virtual StoreMeter meter() const { return {}; }
};

}  // namespace polygate
