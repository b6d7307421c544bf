#pragma once
#include <memory>

#include "gateway/store/store.h"

namespace polygate {

/// A store that is not open, for `polygate check`: handlers are made with it, and whatever they ask of it is `busy`.
std::unique_ptr<Store> make_unopened_store();

}  // namespace polygate
