#pragma once
#include "gateway/plugin/plugin.h"

namespace sensor_telemetry {

/// The deployment's store with the table `readings` in it; throws a sentence for the operator when there is no store.
polygate::Store& store_with_readings(const polygate::Settings& settings);

}  // namespace sensor_telemetry
