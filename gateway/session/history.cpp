#include "gateway/session/history.h"

#include <algorithm>
#include <charconv>

namespace polygate::session {

void History::add(const FramePtr& frame, Instant now) {
  bytes_ += frame->utterance()->weight();
  entries_.push_back({frame, now});
}

void History::forget_first() {
  const Utterance& first = *entries_.front().frame->utterance();
  bytes_ -= first.weight();
  if (first.offset() != 0) forgotten_ = first.offset();
  entries_.pop_front();
}

void History::said(const FramePtr& frame, Instant now, const Limits& limits) {
  const std::uint64_t offset = frame->utterance()->offset();
  if (offset == 0) return;
  // Over two topics at once: whoever has heard it once is not told again.
  if (!entries_.empty() && entries_.back().frame->utterance()->offset() == offset) return;
  add(frame, now);
  while (entries_.size() > limits.frames || bytes_ > limits.bytes || now - entries_.front().at > limits.age) {
    forget_first();
    if (entries_.empty()) return;
  }
}

bool History::missed(const FramePtr& frame, Instant now, const Limits& limits) {
  add(frame, now);
  ++missed_;
  while (entries_.size() > limits.frames || bytes_ > limits.bytes) {
    if (entries_.size() == missed_) return false;
    forget_first();
  }
  return true;
}

std::optional<std::vector<FramePtr>> History::after(std::string_view offset) const {
  std::uint64_t last = 0;
  const char* const end = offset.data() + offset.size();
  const auto read = std::from_chars(offset.data(), end, last);
  if (!offset.empty() && (read.ec != std::errc() || read.ptr != end || last == 0)) return std::nullopt;
  auto next = entries_.begin();
  if (last != forgotten_) {
    if (last == 0) return std::nullopt;
    next = std::find_if(next, entries_.end(),
                        [&](const Entry& entry) { return entry.frame->utterance()->offset() == last; });
    if (next == entries_.end()) return std::nullopt;
    ++next;
  }
  std::vector<FramePtr> found;
  for (; next != entries_.end(); ++next) found.push_back(next->frame);
  return found;
}

void History::caught_up() {
  std::erase_if(entries_, [&](const Entry& entry) {
    const Utterance& said = *entry.frame->utterance();
    if (said.offset() == 0) bytes_ -= said.weight();
    return said.offset() == 0;
  });
  missed_ = 0;
}

}  // namespace polygate::session
