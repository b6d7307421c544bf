#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "gateway/base/clock.h"
#include "gateway/store/store.h"

namespace polygate {

struct SqliteOptions {
  std::size_t max_waiting_writes = 4'096;  ///< beyond it submit() answers `busy`
  std::uint64_t max_bytes = 0;             ///< of the database file; 0 is SQLite's own limit
  Millis busy_timeout{5'000};              ///< how long to wait for another process's lock
  unsigned readers = 4;                    ///< queries at the same time; more wait for one another
};

/// SQLite in one file: WAL, synchronous=FULL, one writer thread, so that all writes are one after another whatever
/// their keys. What is queued when a commit ends goes into the next one, at most 512 writes, each in a savepoint; a
/// lone write waits for nobody. Makes the file with mode 0600 in an existing folder. A file that is moved away or
/// removed is not written to any more, a damaged one is only read from; both heal when another file is put in its
/// place.
Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file, const SqliteOptions& options = {});

}  // namespace polygate
