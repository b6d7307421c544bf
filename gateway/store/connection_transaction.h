#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/store/store.h"

namespace polygate {

/// What a write's body sees: statements go over one connection, and the first that fails spoils all that follow.
template <class Connection>
class ConnectionTransaction final : public Transaction {
 public:
  ConnectionTransaction(Connection& connection, bool defines) : connection_(connection), defines_(defines) {}

  Result<StoreRows> run(std::string_view sql, StoreRow parameters, std::size_t max_rows) override {
    if (spoilt_) return *spoilt_;
    Result<StoreRows> rows = connection_.rows(sql, parameters, max_rows, defines_);
    if (!rows) spoilt_ = rows.failure();
    return rows;
  }
  const std::optional<Failure>& spoilt() const { return spoilt_; }

 private:
  Connection& connection_;
  const bool defines_;
  std::optional<Failure> spoilt_;
};

}  // namespace polygate
