#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/routing/frame.h"

namespace polygate::session {

/// Frames that wait for one socket, bounded in memory and count. Holds next to no heap while it is empty.
class Outbox {
 public:
  /// False when the frame does not fit any more, and is not taken. An empty outbox takes one of any size.
  /// `bytes` are the form in which it is written.
  bool push(FramePtr&& frame, std::string_view bytes, std::size_t max_bytes, std::size_t max_frames);

  bool empty() const { return head_ == frames_.size(); }
  std::size_t bytes() const { return bytes_; }
  /// What is bounded: the memory that all of it takes, about.
  std::size_t weight() const { return bytes_ + size() * kWaitingFrame; }
  std::size_t size() const { return frames_.size() - head_; }

  /// The unwritten part of the oldest frame; call only when not empty.
  std::string_view front() const { return frames_[head_].bytes.substr(offset_); }
  /// Appends what waits to `out`, up to `max` bytes (always at least the rest of one frame), without taking it.
  /// Returns how many bytes were appended.
  std::size_t gather(std::string& out, std::size_t max) const;
  /// `bytes` from the front were written.
  void written(std::size_t bytes);
  /// Forgets every frame of which nothing was written yet: room for a last word.
  void drop_unstarted();

 private:
  struct Entry {
    FramePtr frame;  ///< keeps the bytes alive
    std::string_view bytes;
  };
  std::vector<Entry> frames_;
  std::size_t head_ = 0;
  std::size_t offset_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace polygate::session
