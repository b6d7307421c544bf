#pragma once
#include <optional>
#include <vector>

#include "gateway/base/json.h"
#include "gateway/base/result.h"
#include "gateway/plugin/emission.h"
#include "gateway/plugin/plugin.h"

namespace polygate {

/// Yes with `$result` or `$found`; or the handler's reason with its text and the name that its plugin declared,
/// `internal` when it threw or did what no handler may (clients are not told more), `busy` when the gateway is shutting
/// down.
struct [[nodiscard]] HandlerResult : Result<Json> {
  using Result<Json>::Result;

  std::vector<Emission> emissions{};   ///< of a yes: what it sends by itself
  std::optional<Identity> identity{};  ///< of a yes, where `authenticate` has asked: who the sender is in its words
};

}  // namespace polygate
