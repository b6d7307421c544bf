#pragma once
#include <cstdint>
#include <string>

namespace polygate::talks {

/// One message as its carrier takes it: of WebSocket, with the packet's type in front where Engine.IO is spoken.
struct Message {
  std::string bytes;
  bool text = true;
};

/// What a client hears next.
struct Heard {
  enum class Kind : std::uint8_t { message, closed, nothing };
  Kind kind = Kind::nothing;  ///< nothing: none came within the time that a broken gateway is given
  Message message = {};
  std::uint16_t code = 0;  ///< of the close frame; 0 = the connection was lost without one
};

/// How a client ends its connection. In process all but the first are one: the carrier is gone.
enum class End : std::uint8_t {
  none,
  close,   ///< a Close frame; the client goes on listening
  fin,     ///< half of TCP: it says no more, and goes on listening
  reset,   ///< RST
  drop,    ///< both halves of TCP, without a word
  engine,  ///< the close packet of Engine.IO
};

}  // namespace polygate::talks
