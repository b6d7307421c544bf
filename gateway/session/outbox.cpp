#include "gateway/session/outbox.h"

#include <algorithm>
#include <utility>

namespace polygate::session {
namespace {

constexpr std::size_t kKept = 4;  // frames for which an empty outbox keeps the room: 128 bytes

}  // namespace

bool Outbox::push(FramePtr&& frame, std::string_view bytes, std::size_t max_bytes, std::size_t max_frames) {
  const std::size_t full = weight() + bytes.size() + kWaitingFrame;
  if (!empty() && (full > max_bytes || (max_frames != 0 && size() >= max_frames))) return false;
  bytes_ += bytes.size();
  if (head_ > 0 && head_ == frames_.size()) {
    frames_.clear();
    head_ = 0;
  }
  frames_.push_back({std::move(frame), bytes});
  return true;
}

std::size_t Outbox::gather(std::string& out, std::size_t max) const {
  const std::size_t before = out.size();
  std::size_t offset = offset_;
  for (std::size_t i = head_; i < frames_.size(); ++i) {
    const std::string_view rest = frames_[i].bytes.substr(offset);
    if (i > head_ && out.size() - before + rest.size() > max) break;
    out.append(rest);
    offset = 0;
  }
  return out.size() - before;
}

void Outbox::written(std::size_t bytes) {
  bytes_ -= bytes;
  while (bytes > 0) {
    const std::size_t rest = frames_[head_].bytes.size() - offset_;
    if (bytes < rest) {
      offset_ += bytes;
      return;
    }
    bytes -= rest;
    offset_ = 0;
    frames_[head_++].frame.reset();
  }
  if (empty()) {
    if (frames_.capacity() > kKept) std::vector<Entry>().swap(frames_);
    frames_.clear();
    head_ = 0;
  } else if (head_ > 64 && head_ * 2 > frames_.size()) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void Outbox::drop_unstarted() {
  const std::size_t keep = offset_ > 0 ? 1 : 0;
  for (std::size_t i = head_ + keep; i < frames_.size(); ++i) bytes_ -= frames_[i].bytes.size();
  frames_.resize(std::min(frames_.size(), head_ + keep));
}

}  // namespace polygate::session
