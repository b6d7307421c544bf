#pragma once
#include "gateway/dialect/engine_message.h"
#include "gateway/dialect/raw.h"

namespace polygate::dialect {

/// Engine.IO alone: every message packet is the event `text` or `binary`, its data the packet's bytes.
class EngineIo final : public Raw {
 public:
  EngineIo() : Raw(Traits{.json = false, .engine_io = true}) {}

  FramePtr say(std::string_view name, const Content& content, const Manner&) const override {
    return std::make_shared<const Frame>(std::make_unique<const EngineMessage>(text(name), content.text));
  }
};

}  // namespace polygate::dialect
