#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

/// The events of the benchmark, as text of exactly the size asked for: every server speaks {"event": name, "data":
/// {...}}.

/// `relay` to the session named `s<to>`; `size` is the length of the whole message in bytes, at least 128.
std::string relay_message(std::size_t size, unsigned to, std::uint32_t sequence);

/// `publish` to every subscriber; `size` as above.
std::string publish_message(std::size_t size, std::uint32_t sequence);

/// `hello`, by which a session takes the name `s<id>`.
std::string hello_message(unsigned id);

/// `temperature` of one of a thousand controllers, which the reading names; `size` as above, at least 96.
std::string reading_message(std::size_t size, unsigned controller);

/// The part of a message that a server forwards: the text of its "data".
std::string_view data_of(std::string_view message);

/// The message as one masked text frame (RFC 6455, 5.2), ready for send().
std::string masked_frame(std::string_view message, std::uint32_t mask);

}  // namespace bench
