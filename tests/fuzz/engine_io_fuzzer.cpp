// Bodies and messages of Engine.IO from a peer: decoding never reads beyond them, and every packet that was decoded
// means the same after it was encoded and decoded again, in each form.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "gateway/dialect/engine_io_packet.h"

namespace {

using namespace polygate::engine_io;

void require(bool holds) {
  if (!holds) std::abort();
}

void comes_back(Payload payload, const Packet& packet) {
  std::string body;
  append_packet(body, payload, packet);
  append_packet(body, payload, {Type::noop, false, {}});
  std::string_view rest = body;
  std::string scratch;
  const auto again = take_packet(payload, rest, scratch);
  require(again && again->type == packet.type && again->binary == packet.binary && again->data == packet.data);
  const auto last = take_packet(payload, rest, scratch);
  require(last && last->type == Type::noop && rest.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  std::string scratch;
  for (const Payload payload : {Payload::v4, Payload::v3_text, Payload::v3_binary}) {
    std::string_view body = input;
    while (!body.empty()) {
      const std::size_t before = body.size();
      const auto packet = take_packet(payload, body, scratch);
      if (!packet) break;
      require(body.size() < before);
      comes_back(Payload::v3_binary, *packet);
      // The other two are for text that is UTF-8 without control characters, which no packet of a client is sure to be.
      if (packet->binary) {
        comes_back(Payload::v4, *packet);
        comes_back(Payload::v3_text, *packet);
      }
    }
  }
  for (const Revision revision : {Revision::v3, Revision::v4}) {
    for (const bool text : {false, true}) {
      const auto packet = decode_message(revision, text, input, scratch);
      if (!packet) continue;
      std::string message;
      append_message(message, revision, *packet);
      std::string other;
      const auto again = decode_message(revision, !packet->binary, message, other);
      require(again && again->type == packet->type && again->data == packet->data);
    }
  }
  return 0;
}
