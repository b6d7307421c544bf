#pragma once
#include <algorithm>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/websocket_client.h"
#include "gateway/wire/websocket_decoder.h"

namespace polygate::wire {

/// An item that outlives its bytes.
struct KeptItem {
  WebSocketItem::Kind kind;
  std::uint16_t code;
  std::string payload;

  friend bool operator==(const KeptItem&, const KeptItem&) = default;
  friend std::ostream& operator<<(std::ostream& out, const KeptItem& item) {
    constexpr const char* kNames[] = {"more", "text", "binary", "ping", "pong", "close", "violation"};
    return out << kNames[static_cast<int>(item.kind)] << " " << item.code << " " << item.payload.substr(0, 80);
  }
};

/// Everything that `decoder` finds in `bytes`, cut by `cut`, which returns the size of the next piece.
template <class Cut>
std::vector<KeptItem> decode(WebSocketDecoder& decoder, std::string_view bytes, Cut cut) {
  std::vector<KeptItem> items;
  while (!bytes.empty()) {
    std::vector<char> piece(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                                               bytes.size(), std::max<std::size_t>(1, cut()))));
    bytes.remove_prefix(piece.size());
    std::span<char> left(piece);
    while (true) {
      const WebSocketItem item = decoder.next(left);
      if (item.kind == WebSocketItem::Kind::more) break;
      items.push_back({item.kind, item.code, std::string(item.payload)});
    }
  }
  return items;
}

inline std::vector<KeptItem> decode(std::string_view bytes, std::size_t max_message = 1 << 20,
                                    WebSocketDecoder::Peer peer = WebSocketDecoder::Peer::client) {
  WebSocketDecoder decoder(max_message, peer);
  return decode(decoder, bytes, [&] { return bytes.size(); });
}

inline std::string masked(Opcode opcode, std::string_view payload, bool fin = true) {
  std::string out;
  append_masked_frame(out, opcode, payload, {'\x37', '\xfa', '\x21', '\x3d'}, fin);
  return out;
}

}  // namespace polygate::wire
