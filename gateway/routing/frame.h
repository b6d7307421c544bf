#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace polygate {

/// One outgoing message, encoded once for all its receivers and never changed: the bytes that go on the wire, with the
/// transport's own header in front. Shared by sessions on every thread.
class Frame {
 public:
  /// `bytes` = header of `header_size` bytes + the message.
  Frame(std::string bytes, std::uint8_t header_size, bool text)
      : bytes_(std::move(bytes)), header_size_(header_size), text_(text) {}

  std::string_view bytes() const { return bytes_; }
  std::string_view message() const { return std::string_view(bytes_).substr(header_size_); }
  bool text() const { return text_; }

 private:
  std::string bytes_;
  std::uint8_t header_size_;
  bool text_;
};

using FramePtr = std::shared_ptr<const Frame>;

}  // namespace polygate
