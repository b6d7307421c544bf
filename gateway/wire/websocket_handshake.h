#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/http_request.h"

namespace polygate::wire {

/// Does this request ask for a WebSocket? An endpoint that speaks HTTP as well serves the others as plain requests;
/// some clients offer "Upgrade: h2c" with every request and expect to be ignored (RFC 9110 section 7.8).
bool asks_for_websocket(const HttpRequest& request);

/// Checks an opening handshake by RFC 6455 section 4.2.1: nothing when it is good, else 405 (not a GET), 426 (another
/// protocol or version; the answer names ours) or 400. Origin, path and token are others' business.
std::optional<HttpRefusal> check_handshake(const HttpRequest& request);

/// The Sec-WebSocket-Accept value for a key (RFC 6455 section 4.2.2).
std::string accept_key(std::string_view key);

/// The subprotocols that the client offers, in its order of preference. Views into the request.
std::vector<std::string_view> offered_subprotocols(const HttpRequest& request);

/// The 101 response to a request that passed check_handshake(). `subprotocol` is one of the offered, or empty.
/// Extensions are always declined: no permessage-deflate.
std::string switching_protocols(const HttpRequest& request, std::string_view subprotocol = {},
                                const std::vector<HttpField>& headers = {});

}  // namespace polygate::wire
