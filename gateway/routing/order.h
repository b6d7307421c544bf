#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/diagnostics.h"
#include "gateway/routing/ids.h"
#include "gateway/routing/topic.h"

namespace polygate {

/// What those on a topic are told to do by somebody else's rule. Immutable once it is given.
struct Order {
  std::vector<Topic> leave;
  std::vector<Topic> join;
  std::uint16_t close = 0;   ///< the code to close with; 0 = it stays open
  std::string reason;        ///< of that: UTF-8
  SessionId except;          ///< who gives it never obeys it; unset: nobody did
  Millis stays{0};           ///< with its topic, for those whose turns are in flight
  Place place;               ///< of the rule that gives it
  std::uint64_t number = 0;  ///< given by the Exchange: they grow

  /// Does it say the same, for the same ones?
  bool repeats(const Order& other) const {
    return leave == other.leave && join == other.join && close == other.close && reason == other.reason &&
           except == other.except;
  }
};
using OrderPtr = std::shared_ptr<const Order>;

}  // namespace polygate
