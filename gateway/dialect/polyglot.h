#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/dialect/dialect.h"
#include "gateway/routing/frame.h"

namespace polygate::dialect {

/// An event for listeners of several dialects.
class Polyglot final : public Saying {
 public:
  /// The dialects outlive it.
  Polyglot(std::vector<const Dialect*> dialects, std::string_view name, const Content& content, const Manner& manner);
  ~Polyglot() override;
  Polyglot(const Polyglot&) = delete;
  Polyglot& operator=(const Polyglot&) = delete;

  FramePtr in(std::size_t dialect) const override;
  std::size_t weight() const override { return name_.size() + text_.size(); }

 private:
  const std::vector<const Dialect*> dialects_;
  const std::string name_;
  const std::string text_;
  const std::string asks_for_;
  Content content_;
  Manner manner_;
  mutable std::vector<std::atomic<const FramePtr*>> made_;  ///< like `dialects_`; only ever set
};

}  // namespace polygate::dialect
