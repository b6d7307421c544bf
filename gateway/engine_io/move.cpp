#include "gateway/engine_io/move.h"

#include <utility>

namespace polygate::engine_io {

bool Move::begin(WorkerIndex to, std::string first) {
  if (has_moved_) return false;
  to_ = to;
  held_.push_back({Type::message, false, std::move(first)});
  return true;
}

std::vector<Move::Held> Move::arrive() {
  has_moved_ = true;
  to_.reset();
  return std::exchange(held_, {});
}

}  // namespace polygate::engine_io
