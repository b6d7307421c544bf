#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/wire/http_head.h"

namespace polygate::wire {

/// Decodes a chunked body (RFC 9112 section 7.1) that arrives in pieces. Chunk extensions and trailers are checked,
/// bounded and dropped. Holds no heap; the body grows by the bytes that were received.
class ChunkedBody {
 public:
  enum class State : std::uint8_t { more, complete, refused };

  /// Consumes from the front of `bytes` up to the end of the body and appends its data to `body`, which never grows
  /// over `max_body` bytes (413). After `refused`, fault() says why.
  State feed(std::string_view& bytes, std::string& body, std::size_t max_body);
  HttpFault fault() const { return fault_; }

 private:
  /// In the order in which they follow each other: byte() relies on it.
  enum class Expect : std::uint8_t {
    size,       ///< a digit of the chunk's size, or what ends it
    extension,  ///< anything up to the line's end
    size_lf,    ///< the LF after the size's CR
    data,       ///< data_left_ bytes
    data_cr,    ///< the line end after the data
    data_lf,
    trailer,        ///< a trailer's first byte, or the CR of the last line
    trailer_name,   ///< up to the colon
    trailer_value,  ///< up to the CR
    trailer_lf,
    last_lf,
  };

  State refuse(int status, const char* detail);
  State byte(char c, std::size_t room);
  State size_byte(char c, std::size_t room);
  State trailer_byte(char c);

  std::uint64_t data_left_ = 0;
  HttpFault fault_;
  std::uint32_t overhead_ = 0;  ///< bytes of extensions and trailers so far
  std::uint8_t digits_ = 0;
  Expect expect_ = Expect::size;
};

}  // namespace polygate::wire
