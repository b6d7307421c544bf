#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gateway/base/utf8.h"
#include "gateway/wire/websocket_frame.h"

namespace polygate::wire {

/// What a decoder found. `payload` is a view into the bytes given to next() or into the decoder: it ends with the next
/// call of next() and with those bytes.
struct WebSocketItem {
  enum class Kind : std::uint8_t {
    more,    ///< all bytes are consumed
    text,    ///< a whole message, valid UTF-8
    binary,  ///< a whole message
    ping,    ///< to be answered by a pong with the same payload
    pong,
    close,      ///< the peer's close: `code` (1005 when it sent none) and the reason as payload
    violation,  ///< answer with a close of this `code`; the payload is a reason that names what was wrong
  };
  Kind kind = Kind::more;
  std::uint16_t code = 0;
  std::string_view payload = {};
};

/// Reads the frames of one connection, however its bytes are cut (RFC 6455 section 5). Owned by the connection, used on
/// its thread. Unmasks in place; a message that lies whole in one piece of input is handed out where it lies, anything
/// else is gathered in one buffer that is freed when its message has been used: an idle decoder holds no heap.
/// After a close or a violation it swallows whatever still comes.
class WebSocketDecoder {
 public:
  enum class Peer : std::uint8_t {
    client,  ///< reads a client's frames, which must be masked
    server,  ///< reads a server's frames, which must not be
  };

  /// `max_message`: the largest message in bytes, all of its fragments together.
  explicit WebSocketDecoder(std::size_t max_message, Peer peer = Peer::client)
      : max_message_(max_message), peer_(peer) {}

  /// Consumes from the front of `bytes` up to the end of the next item. Call until it returns `more`; a caller that
  /// must stop reading stops in between and comes back with the rest.
  WebSocketItem next(std::span<char>& bytes);

  /// Nothing of a frame or message has arrived that is not handed out.
  bool idle() const { return stage_ == Stage::header && header_size_ == 0 && !fragmented_; }

 private:
  enum class Stage : std::uint8_t { header, payload, finished };
  enum class HandedOut : std::uint8_t { nothing, message, control };

  WebSocketItem read_header(std::span<char>& bytes);
  WebSocketItem check_header(std::string_view header, std::size_t& size);
  WebSocketItem check_length(std::uint64_t length, std::uint64_t least);
  WebSocketItem begin_frame(std::string_view header, std::size_t size);
  WebSocketItem read_payload(std::span<char>& bytes);
  WebSocketItem data(std::string_view piece, bool ascii);
  WebSocketItem control(std::string_view piece);
  WebSocketItem close(std::string_view payload);
  WebSocketItem violation(std::uint16_t code, std::string text);
  void release();

  std::string buffer_;  ///< the message so far, then the control frame in its midst
  std::uint64_t max_message_;
  std::uint64_t frame_left_ = 0;   ///< payload bytes of the present frame that are still to come
  std::size_t control_at_ = 0;     ///< where the present control frame's payload starts in buffer_
  MaskingKey mask_{};              ///< turned to the next byte
  std::array<char, 14> header_{};  ///< a header of which only a part has arrived
  std::uint8_t header_size_ = 0;
  Utf8 utf8_;
  std::uint16_t empty_fragments_ = 0;
  Opcode opcode_ = Opcode::continuation;   ///< of the present frame
  Opcode message_ = Opcode::continuation;  ///< text or binary: of the present message
  bool fin_ = false;
  bool fragmented_ = false;  ///< a message was begun and its last frame has not come
  Peer peer_;
  Stage stage_ = Stage::header;
  HandedOut handed_out_ = HandedOut::nothing;
};

static_assert(sizeof(WebSocketDecoder) <= 96);

}  // namespace polygate::wire
