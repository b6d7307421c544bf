#pragma once
#include "gateway/plugin/plugin.h"

namespace sensor_telemetry {

/// Reads back what Record wrote, newest first: `with: {event, controller, since, until, limit}`, each optional; times
/// are unix seconds of receipt, at most 1,000 readings (100 when no limit is given). Its result is
/// `{readings: [{received, controller, event, data}]}`. A blocking handler.
class History {
 public:
  explicit History(const polygate::Settings& settings);
  polygate::Outcome operator()(const polygate::Call& call);

 private:
  polygate::Store& store_;
};

}  // namespace sensor_telemetry
