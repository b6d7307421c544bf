#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/store/store.h"

namespace polygate {

/// What a store remembers of something that was done once, in the transaction that did it.
struct DoneOnce {
  std::uint64_t data = 0;  ///< what it was done with, as a hash
  std::string result;      ///< text in JSON
};

/// The table for it, which belongs to the gateway.
const std::vector<Migration>& once_migrations();

/// Was it done, and counts as done at `now`? Times are milliseconds since 1970.
Result<std::optional<DoneOnce>> find_done(Transaction& transaction, const std::string& key, std::int64_t now);

/// How long it is remembered, and how much beside it.
struct Remembering {
  std::int64_t now = 0;
  std::int64_t until = 0;
  std::size_t most = 0;  ///< rows; the oldest go first
};
/// Remembers that it is done now. False: somebody else has done it meanwhile, so what this transaction did must not be.
Result<bool> remember_done(Transaction& transaction, const std::string& key, const DoneOnce& done,
                           const Remembering& how);

}  // namespace polygate
