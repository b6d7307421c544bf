// Promises: however the bytes are cut, the same items come out; nothing over the limit and no text that is not UTF-8
// comes out; what one side writes, in any fragments, the other reads.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "gateway/base/utf8.h"
#include "gateway/wire/websocket_client.h"
#include "gateway/wire/websocket_decoder.h"

namespace {

using namespace polygate::wire;
using Kind = WebSocketItem::Kind;
using Peer = WebSocketDecoder::Peer;
using Story = std::vector<std::tuple<Kind, std::uint16_t, std::string>>;

constexpr std::size_t kMaxMessage = 300;

void require(bool promise) {
  if (!promise) std::abort();
}

Story read(std::string_view bytes, Peer peer, std::size_t max_message, std::size_t most, std::uint32_t random) {
  WebSocketDecoder decoder(max_message, peer);
  Story story;
  while (!bytes.empty()) {
    random = random * 1664525 + 1013904223;
    const std::string_view next = bytes.substr(0, 1 + (random >> 8) % most);
    bytes.remove_prefix(next.size());
    std::vector<char> piece(next.begin(), next.end());
    std::span<char> left(piece);
    WebSocketItem item = decoder.next(left);
    for (; item.kind != Kind::more; item = decoder.next(left)) {
      require(item.kind != Kind::text || polygate::is_utf8(item.payload));
      if (item.kind == Kind::text || item.kind == Kind::binary) require(item.payload.size() <= max_message);
      if (item.kind == Kind::close) require(item.code == 1005 || is_close_code(item.code));
      if (item.kind != Kind::text && item.kind != Kind::binary) require(item.payload.size() <= kMaxControlPayload);
      story.emplace_back(item.kind, item.code, std::string(item.payload));
    }
    require(left.empty());
  }
  return story;
}

/// Frames `bytes` as one connection's frames, with sizes and kinds drawn from `random`; says what should come out.
std::string written(std::string_view bytes, Peer peer, std::uint32_t random, Story& expected) {
  std::string out;
  auto draw = [&random](std::uint32_t below) {
    random = random * 1664525 + 1013904223;
    return (random >> 8) % below;
  };
  auto put = [&](Opcode opcode, std::string_view payload, bool fin) {
    const MaskingKey key{static_cast<char>(draw(256)), static_cast<char>(draw(256)), 'k', static_cast<char>(draw(2))};
    if (peer == Peer::client) {
      append_masked_frame(out, opcode, payload, key, fin);
    } else {
      append_frame(out, opcode, payload, fin);
    }
  };
  while (!bytes.empty()) {
    const std::string_view message = bytes.substr(0, 1 + draw(static_cast<std::uint32_t>(bytes.size())));
    bytes.remove_prefix(message.size());
    const bool text = polygate::is_utf8(message);
    Opcode opcode = text ? Opcode::text : Opcode::binary;
    std::string_view rest = message;
    while (draw(3) == 0) {
      const std::string_view fragment = rest.substr(0, draw(static_cast<std::uint32_t>(rest.size()) + 1));
      rest.remove_prefix(fragment.size());
      put(opcode, fragment, false);
      opcode = Opcode::continuation;
      if (draw(2) == 0) continue;
      const std::string_view ping = message.substr(0, kMaxControlPayload);
      put(Opcode::ping, ping, true);
      expected.emplace_back(Kind::ping, 0, ping);
    }
    put(opcode, rest, true);
    expected.emplace_back(text ? Kind::text : Kind::binary, 0, message);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
  const Peer peer = data[2] % 4 == 0 ? Peer::server : Peer::client;
  const Story whole = read(bytes, peer, kMaxMessage, size, 0);
  require(whole == read(bytes, peer, kMaxMessage, 1, 0));
  require(whole == read(bytes, peer, kMaxMessage, 1u + data[0], data[1]));

  Story expected;
  const std::string frames = written(bytes, peer, data[1], expected);
  require(read(frames, peer, size, 1u + data[0], data[2]) == expected);
  return 0;
}
