#pragma once
#include <string>
#include <vector>

#include "gateway/app/handler_meter.h"
#include "gateway/app/stores.h"
#include "gateway/routing/kept_messages.h"
#include "gateway/server/meter.h"

namespace polygate::app {

/// All counters of a process at one moment.
struct Snapshot {
  server::Collected collected;
  std::vector<std::string> profiles;  ///< names, in the order of session::Meter::profiles
  KeptMessages::Meters kept;          ///< by profile, as far as one ever kept something
  std::vector<HandlerMeter::Counts> handlers;
  std::vector<Stores::Counts> stores;
};

/// The prometheus text format 0.0.4. Every label's values come from a closed set: what profiles declare, and enums.
std::string render_metrics(const Snapshot& snapshot);

}  // namespace polygate::app
