#pragma once
#include <functional>
#include <string>

#include "gateway/store/store.h"

namespace polygate {

/// Store::write(), for statements that define tables too where `defines` says so.
Result<void> write_and_wait(Store& store, std::string key, const std::function<Result<void>(Transaction&)>& body,
                            bool defines);

}  // namespace polygate
