#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/dialect/dialect.h"
#include "gateway/dialect/socket_io_packet.h"

namespace polygate::socket_io {

/// A packet whose attachments are still on their way (socket.io-protocol, "Packet encoding"). Owns its bytes.
class Assembly {
 public:
  /// `text` is a packet that was parsed and announces at least one attachment.
  explicit Assembly(std::string_view text) : text_(text), packet_(*parse_packet(text_)), bytes_(text.size()) {}
  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;

  void add(std::string_view attachment) {
    bytes_ += attachment.size();
    attachments_.emplace_back(attachment);
  }
  /// So far, of text and attachments.
  std::size_t bytes() const { return bytes_; }
  bool is_complete() const { return attachments_.size() >= packet_.attachments; }
  const Packet& packet() const { return packet_; }
  /// When it is complete, once.
  dialect::Attachments take() { return std::make_shared<const std::vector<std::string>>(std::move(attachments_)); }

 private:
  const std::string text_;
  const Packet packet_;
  std::vector<std::string> attachments_;
  std::size_t bytes_;
};

}  // namespace polygate::socket_io
