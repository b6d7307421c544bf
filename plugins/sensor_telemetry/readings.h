#pragma once
#include <vector>

#include "gateway/plugin/plugin.h"

namespace sensor_telemetry {

/// Makes the table `readings`, one row for each.
std::vector<polygate::Migration> migrations();

/// The profile's store; throws a sentence for the operator when there is none.
polygate::Store& store_of(const polygate::Settings& settings);

}  // namespace sensor_telemetry
