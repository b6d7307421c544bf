#include "gateway/wire/websocket_client.h"

#include <algorithm>

#include "gateway/wire/http_response.h"
#include "gateway/wire/text.h"
#include "gateway/wire/websocket_handshake.h"

namespace polygate::wire {

std::string client_handshake(std::string_view host, std::string_view target, std::string_view key,
                             const std::vector<HttpField>& headers) {
  std::string out;
  out.append("GET ").append(target).append(" HTTP/1.1\r\n");
  append_header(out, {"Host", host});
  out.append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
  append_header(out, {"Sec-WebSocket-Key", key});
  for (const HttpField& header : headers) append_header(out, header);
  return out.append("\r\n");
}

bool is_accepted(std::string_view head, std::string_view key) {
  if (!head.starts_with("HTTP/1.1 101 ")) return false;
  const std::string expected = accept_key(key);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_word(line.substr(0, colon), "sec-websocket-accept")) continue;
    return trimmed(line.substr(colon + 1)) == expected;
  }
  return false;
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload, MaskingKey key, bool fin) {
  FrameHeader header = frame_header(opcode, payload.size(), fin);
  header.bytes[1] = static_cast<char>(static_cast<unsigned char>(header.bytes[1]) | 0x80);
  out.append(header.view()).append(key.data(), key.size());
  const std::size_t start = out.size();
  out.append(payload);
  unmask(std::span(out).subspan(start), key);
}

}  // namespace polygate::wire
