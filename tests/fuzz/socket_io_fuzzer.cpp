// Packets of Socket.IO from a peer: what was parsed means the same after it was written and parsed again, and ASCII
// JSON is ASCII.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "gateway/dialect/socket_io_packet.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  std::string ascii;
  polygate::socket_io::append_ascii(ascii, input);
  if (std::any_of(ascii.begin(), ascii.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    std::abort();
  const auto packet = polygate::socket_io::parse_packet(input);
  if (!packet) return 0;
  std::string text;
  append_packet(text, *packet);
  const auto again = polygate::socket_io::parse_packet(text);
  if (!again || !(*again == *packet)) std::abort();
  return 0;
}
