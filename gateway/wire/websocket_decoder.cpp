#include "gateway/wire/websocket_decoder.h"

#include <algorithm>
#include <utility>

namespace polygate::wire {
namespace {

using Kind = WebSocketItem::Kind;

constexpr std::uint16_t kMaxEmptyFragments = 1024;
constexpr WebSocketItem kMore{};

constexpr unsigned byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

constexpr bool is_opcode(unsigned opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) value = value << 8 | byte_at(bytes, i);
  return value;
}

}  // namespace

WebSocketItem WebSocketDecoder::next(std::span<char>& bytes) {
  release();
  while (true) {
    if (stage_ == Stage::header) {
      if (const WebSocketItem item = read_header(bytes); item.kind != Kind::more) return item;
      if (stage_ == Stage::header) return kMore;
    }
    if (stage_ == Stage::finished) {
      bytes = {};
      return kMore;
    }
    if (const WebSocketItem item = read_payload(bytes); item.kind != Kind::more) return item;
    if (bytes.empty()) return kMore;
  }
}

/// Frees what the last item was made of.
void WebSocketDecoder::release() {
  const HandedOut handed_out = std::exchange(handed_out_, HandedOut::nothing);
  if (handed_out == HandedOut::control && control_at_ > 0) {
    buffer_.resize(control_at_);
  } else if (handed_out != HandedOut::nothing) {
    std::string().swap(buffer_);
  }
}

WebSocketItem WebSocketDecoder::read_header(std::span<char>& bytes) {
  std::size_t size = 0;
  if (header_size_ == 0) {  // the usual case: the header is all there, and is read where it lies
    const std::string_view here(bytes.data(), std::min(bytes.size(), header_.size()));
    if (const WebSocketItem item = check_header(here, size); item.kind != Kind::more) return item;
    if (here.size() < size) {
      std::copy(here.begin(), here.end(), header_.begin());
      header_size_ = static_cast<std::uint8_t>(here.size());
      bytes = {};
      return kMore;
    }
    bytes = bytes.subspan(size);
    return begin_frame(here, size);
  }
  while (!bytes.empty()) {
    header_[header_size_++] = bytes.front();
    bytes = bytes.subspan(1);
    const std::string_view gathered(header_.data(), header_size_);
    if (const WebSocketItem item = check_header(gathered, size); item.kind != Kind::more) return item;
    if (gathered.size() == size) return begin_frame(gathered, size);
  }
  return kMore;
}

/// Looks at as much of a header as there is, byte by byte in order, and says how long all of it is.
WebSocketItem WebSocketDecoder::check_header(std::string_view header, std::size_t& size) {
  size = 2;
  if (header.empty()) return kMore;
  const unsigned first = byte_at(header, 0);
  const bool fin = (first & 0x80) != 0;
  if ((first & 0x70) != 0) return violation(1002, "a reserved bit is set and no extension was agreed on");
  if (!is_opcode(first & 0x0f)) return violation(1002, "unknown opcode " + std::to_string(first & 0x0f));
  const Opcode opcode{static_cast<std::uint8_t>(first & 0x0f)};
  if (is_control(opcode)) {
    if (!fin) return violation(1002, "a fragmented control frame");
  } else if (opcode == Opcode::continuation && !fragmented_) {
    return violation(1002, "a continuation frame without a message to continue");
  } else if (opcode != Opcode::continuation && fragmented_) {
    return violation(1002, "a new message before the last fragment of the present one");
  }

  if (header.size() < 2) return kMore;
  const unsigned second = byte_at(header, 1);
  const bool masked = (second & 0x80) != 0;
  const unsigned length = second & 0x7f;
  if (masked != (peer_ == Peer::client)) {
    return violation(1002, masked ? "a masked frame from a server" : "an unmasked frame from a client");
  }
  if (is_control(opcode) && length > kMaxControlPayload)
    return violation(1002, "a control frame of more than 125 bytes");
  const std::size_t length_size = length == 127 ? 8 : length == 126 ? 2 : 0;
  size = 2 + length_size + (masked ? mask_.size() : 0);
  if (is_control(opcode) || header.size() < 2 + length_size) return kMore;
  if (length_size == 0) return check_length(length, 0);
  return check_length(big_endian(header.substr(2, length_size)), length_size == 8 ? 0x10000 : 126);
}

/// A data frame's length: in the shortest of its forms, and within the limit with what came before it.
WebSocketItem WebSocketDecoder::check_length(std::uint64_t length, std::uint64_t least) {
  if ((length >> 63) != 0) return violation(1002, "a frame length of 2^63 or more");
  if (length < least) return violation(1002, "a frame length that is not in its shortest form");
  if (length <= max_message_ && buffer_.size() <= max_message_ - length) return kMore;
  return violation(1009, "a message of " + std::to_string(buffer_.size() + length) + " bytes is over the limit of " +
                             std::to_string(max_message_) + " (max_message)");
}

WebSocketItem WebSocketDecoder::begin_frame(std::string_view header, std::size_t size) {
  header_size_ = 0;
  fin_ = (byte_at(header, 0) & 0x80) != 0;
  opcode_ = Opcode{static_cast<std::uint8_t>(byte_at(header, 0) & 0x0f)};
  const unsigned length = byte_at(header, 1) & 0x7f;
  frame_left_ = length < 126 ? length : big_endian(header.substr(2, length == 127 ? 8 : 2));
  if (peer_ == Peer::client) std::copy_n(header.begin() + static_cast<std::ptrdiff_t>(size) - 4, 4, mask_.begin());
  stage_ = Stage::payload;
  if (is_control(opcode_)) {
    control_at_ = buffer_.size();
    return kMore;
  }
  if (opcode_ != Opcode::continuation) {
    message_ = opcode_;
    utf8_.reset();
  }
  fragmented_ = !fin_;
  empty_fragments_ = fin_ || frame_left_ > 0 ? 0 : static_cast<std::uint16_t>(empty_fragments_ + 1);
  if (empty_fragments_ > kMaxEmptyFragments) return violation(1008, "more than 1024 empty fragments in a row");
  return kMore;
}

WebSocketItem WebSocketDecoder::read_payload(std::span<char>& bytes) {
  const std::span<char> piece = bytes.first(std::min<std::uint64_t>(bytes.size(), frame_left_));
  bytes = bytes.subspan(piece.size());
  frame_left_ -= piece.size();
  const bool ascii = unmask(piece, mask_);
  if (frame_left_ == 0) stage_ = Stage::header;
  const std::string_view text(piece.data(), piece.size());
  return is_control(opcode_) ? control(text) : data(text, ascii);
}

WebSocketItem WebSocketDecoder::data(std::string_view piece, bool ascii) {
  const bool last = fin_ && frame_left_ == 0;
  if (message_ == Opcode::text) {
    const bool valid = (ascii && utf8_.complete()) || utf8_.feed(piece);
    if (!valid || (last && !utf8_.complete())) return violation(1007, "a text message that is not UTF-8");
  }
  const Kind kind = message_ == Opcode::text ? Kind::text : Kind::binary;
  if (last && buffer_.empty()) return {kind, 0, piece};
  buffer_.append(piece);  // grows by what came, not by what was declared
  if (!last) return kMore;
  handed_out_ = HandedOut::message;
  return {kind, 0, buffer_};
}

WebSocketItem WebSocketDecoder::control(std::string_view piece) {
  std::string_view payload = piece;
  if (frame_left_ > 0 || buffer_.size() > control_at_) {
    buffer_.append(piece);
    if (frame_left_ > 0) return kMore;
    payload = std::string_view(buffer_).substr(control_at_);
    handed_out_ = HandedOut::control;
  }
  if (opcode_ == Opcode::close) return close(payload);
  return {opcode_ == Opcode::ping ? Kind::ping : Kind::pong, 0, payload};
}

WebSocketItem WebSocketDecoder::close(std::string_view payload) {
  if (payload.size() == 1) return violation(1002, "a close frame with half a code");
  std::uint16_t code = 1005;
  if (!payload.empty()) {
    code = static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
    if (!is_close_code(code)) return violation(1002, "close code " + std::to_string(code) + " is not to be sent");
    payload.remove_prefix(2);
    if (!is_utf8(payload)) return violation(1007, "a close reason that is not UTF-8");
  }
  stage_ = Stage::finished;
  return {Kind::close, code, payload};
}

WebSocketItem WebSocketDecoder::violation(std::uint16_t code, std::string text) {
  buffer_ = std::move(text);
  stage_ = Stage::finished;
  handed_out_ = HandedOut::message;
  return {Kind::violation, code, buffer_};
}

}  // namespace polygate::wire
