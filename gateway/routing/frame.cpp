#include "gateway/routing/frame.h"

namespace polygate {

Frame::~Frame() {
  for (const Made* made = made_.load(std::memory_order_acquire); made != nullptr;) {
    delete std::exchange(made, made->next);
  }
}

std::string_view Frame::bytes(const Form& form) const {
  const auto look = [&](const Made* from, const Made* to) -> const Made* {
    while (from != to && (from->encoding != form.encoding || from->scope != form.scope)) from = from->next;
    return from == to ? nullptr : from;
  };
  const Made* known = made_.load(std::memory_order_acquire);
  if (const Made* found = look(known, nullptr)) return found->bytes;
  auto mine = std::make_unique<Made>(Made{form.encoding, std::string(form.scope), utterance_->encode(form), known});
  while (!made_.compare_exchange_weak(mine->next, mine.get(), std::memory_order_acq_rel, std::memory_order_acquire)) {
    // Another thread was faster with some form; perhaps with this one.
    if (const Made* found = look(mine->next, known)) return found->bytes;
    known = mine->next;
  }
  return mine.release()->bytes;
}

}  // namespace polygate
