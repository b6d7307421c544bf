#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/base/clock.h"
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

/// Durable rows for handlers. Every call blocks: for blocking and serial handlers only. Thread-safe; the writes that
/// several threads ask for at once are gathered into one transaction (group commit), and execute() returns only after
/// that is on disk. One failing statement fails alone. Its end waits for the calls that are inside.
class Store {
 public:
  virtual ~Store() = default;

  /// Runs one writing statement with its parameters (`$1` is the first); returns after the commit is durable. Failures,
  /// each with the database's own words: `busy` (locked, or too many writes wait), `limited` (disk full), `refused` (a
  /// constraint of the table), `invalid` (a value that cannot be kept as it is), `internal` (SQL error or none of the
  /// dialect in plugins/README.md, input/output error, corruption).
  virtual Result<void> execute(std::string_view sql, StoreRow parameters) = 0;
  /// Runs one reading statement; more than `max_rows` rows are a failure (`limited`).
  virtual Result<std::vector<StoreRow>> query(std::string_view sql, StoreRow parameters,
                                              std::size_t max_rows = 10'000) = 0;
  /// Whether the last write reached the disk; for readiness and alarms. Does not block.
  virtual Result<void> health() const { return {}; }
};

struct SqliteOptions {
  std::size_t max_waiting_writes = 4'096;  ///< beyond it execute() answers `busy`
  std::uint64_t max_bytes = 0;             ///< of the database file; 0 is SQLite's own limit
  Millis busy_timeout{5'000};              ///< how long to wait for another process's lock
  unsigned readers = 4;                    ///< queries at the same time; more wait for one another
};

/// SQLite in one file: WAL, synchronous=FULL, one writer thread. What is queued when a commit ends goes into the next
/// one, so a lone write waits for nobody. Makes the file with mode 0600 in an existing folder. A corrupted file is
/// read from but never written to again.
Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file, const SqliteOptions& options = {});

}  // namespace polygate
