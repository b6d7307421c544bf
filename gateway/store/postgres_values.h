#pragma once
#include <string>
#include <vector>

#include "gateway/store/store.h"

struct pg_result;

namespace polygate {

/// The parameters of one statement as libpq takes them. Each has the type of its value, so that the server guesses none
/// (but that of nothing). Refers to `row`, which outlives it.
class PostgresParameters {
 public:
  explicit PostgresParameters(const StoreRow& row);

  int count() const { return static_cast<int>(types_.size()); }
  const unsigned* types() const { return types_.data(); }
  const char* const* values() const { return values_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  std::vector<unsigned> types_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::vector<std::string> numbers_;  // what the values of numbers point to
};

/// The one row of a result: truth is 0 or 1, a number without fraction an integer where it fits into one.
StoreRow row_of(const pg_result* result);

}  // namespace polygate
