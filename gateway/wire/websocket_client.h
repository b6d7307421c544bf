#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/http_request.h"
#include "gateway/wire/websocket_decoder.h"
#include "gateway/wire/websocket_frame.h"

namespace polygate::wire {

/// The other end, for tests and tools. A client reads a server's frames with WebSocketDecoder(limit, Peer::server).

/// A client's opening handshake. `key` is 16 random bytes in base64.
std::string client_handshake(std::string_view host, std::string_view target, std::string_view key,
                             const std::vector<HttpField>& headers = {});

/// Is `head` (from the status line to the empty line) a 101 response that accepts `key`?
bool is_accepted(std::string_view head, std::string_view key);

/// Appends a client's frame, masked with `key`.
void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload, MaskingKey key, bool fin = true);

}  // namespace polygate::wire
