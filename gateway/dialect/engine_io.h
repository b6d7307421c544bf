#pragma once
#include "gateway/dialect/raw.h"

namespace polygate::dialect {

/// Engine.IO alone: every message packet is the event `text` or `binary`, its data the packet's bytes.
class EngineIo final : public Raw {
 public:
  Carriage carriage() const override { return Carriage::engine_io; }
};

}  // namespace polygate::dialect
