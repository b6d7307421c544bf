#include "gateway/dialect/polyglot.h"

#include <utility>

namespace polygate::dialect {

Polyglot::Polyglot(std::vector<const Dialect*> dialects, std::string_view name, const Content& content,
                   const Manner& manner)
    : dialects_(std::move(dialects)),
      name_(name),
      text_(content.text),
      asks_for_(manner.asks_for),
      content_(content),
      manner_(manner),
      made_(dialects_.size()) {
  content_.text = text_;
  manner_.asks_for = asks_for_;
}

Polyglot::~Polyglot() {
  for (const auto& made : made_) delete made.load(std::memory_order_acquire);
}

FramePtr Polyglot::in(std::size_t dialect) const {
  std::atomic<const FramePtr*>& made = made_[dialect];
  if (const FramePtr* known = made.load(std::memory_order_acquire)) return *known;
  auto mine = std::make_unique<const FramePtr>(dialects_[dialect]->say(name_, content_, manner_));
  const FramePtr* other = nullptr;
  if (made.compare_exchange_strong(other, mine.get(), std::memory_order_acq_rel)) return *mine.release();
  return *other;  // another thread was faster
}

}  // namespace polygate::dialect
