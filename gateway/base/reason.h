#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace polygate {

/// Why an event, a handshake or a message was not accepted: the closed list of failures that clients can meet.
/// Profiles, logs and metrics use name(); `$failure` in a rule's `otherwise` is the same text.
enum class Reason : std::uint8_t {
  malformed,        ///< not a message of this dialect: bad JSON, no event name, binary where text is spoken
  unknown,          ///< an event that the profile does not list
  forbidden,        ///< the sender's role may not send it, or it is not inside the topic
  invalid,          ///< the event's data does not match its schema
  unauthenticated,  ///< the token is missing, forged or expired
  absent,           ///< nobody is on the topic that the rule needs
  taken,            ///< another session holds the claim
  refused,          ///< a handler said no
  upstream,         ///< an upstream did not answer, or answered with an error
  busy,             ///< try again: a queue is full or a node is out of reach
  limited,          ///< a limit of the deployment was reached; the message names it
  internal,         ///< our own fault: a handler failed or an outgoing event broke its own schema
};

inline constexpr std::size_t kReasonCount = 12;

/// The reason's name in profiles, logs and metrics, such as "unauthenticated".
std::string_view name(Reason reason);

/// The WebSocket close code for a session that ends for this reason: 44xx, mirroring HTTP.
std::uint16_t close_code(Reason reason);

}  // namespace polygate
