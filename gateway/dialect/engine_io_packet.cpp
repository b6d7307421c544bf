#include "gateway/dialect/engine_io_packet.h"

#include <algorithm>
#include <optional>

#include "gateway/base/ascii.h"
#include "gateway/base/base64.h"
#include "gateway/base/utf8.h"

namespace polygate::engine_io {
namespace {

constexpr char kSeparator = '\x1e';
constexpr char kBinaryMessage = '\x04';      // revision 3: a message's type as a byte
constexpr char kLengthEnd = '\xff';          // v3_binary
constexpr std::size_t kMaxLengthDigits = 9;  // no body is as long as a gigabyte

Failure malformed(std::string message) {
  return {Reason::malformed, std::move(message)};
}

char digit_of(Type type) {
  return static_cast<char>('0' + static_cast<int>(type));
}

/// A digit and its data; or base64, with its `b` and, in revision 3, the digit of a message. Java clients 2.x break its
/// lines after 76 characters, those of Android after the last one too.
Result<Packet> decode_text(Revision revision, std::string_view text, std::string& scratch) {
  if (text.empty()) return malformed("an empty packet");
  if (text.front() == 'b') {
    text.remove_prefix(1);
    if (revision == Revision::v3) {
      if (!text.starts_with(digit_of(Type::message))) return malformed("a binary packet that is no message");
      text.remove_prefix(1);
    }
    if (!decode_base64(text, scratch)) return malformed("a binary packet that is not base64");
    return Packet{Type::message, true, scratch};
  }
  if (text.front() < '0' || text.front() > '6') return malformed("a packet without a type from 0 to 6");
  return Packet{static_cast<Type>(text.front() - '0'), false, text.substr(1)};
}

/// The bytes that `units` UTF-16 code units take at the front of `text`; none when it ends before, is no UTF-8 or a
/// pair is cut.
std::optional<std::size_t> bytes_of_units(std::string_view text, std::size_t units) {
  std::size_t at = 0;
  while (units > 0) {
    const std::size_t size = at < text.size() ? code_point_at(text, at).length : 0;
    const std::size_t takes = size == 4 ? 2 : 1;
    if (takes > units || size == 0) return std::nullopt;
    units -= takes;
    at += size;
  }
  return at;
}

Result<Packet> take_v3_text(std::string_view& body, std::string& scratch) {
  std::size_t length = 0;
  std::size_t at = 0;
  while (at < body.size() && at < kMaxLengthDigits && is_digit(body[at])) {
    length = length * 10 + static_cast<std::size_t>(body[at++] - '0');
  }
  if (at == 0 || at >= body.size() || body[at] != ':') return malformed("a packet without `<length>:` before it");
  const std::string_view rest = body.substr(at + 1);
  const auto size = bytes_of_units(rest, length);
  if (!size) return malformed("a packet that is shorter than its length says");
  body = rest.substr(*size);
  return decode_text(Revision::v3, rest.substr(0, *size), scratch);
}

Result<Packet> take_v3_binary(std::string_view& body, std::string& scratch) {
  const char kind = body[0];
  if (kind != 0 && kind != 1) return malformed("a packet that starts with neither 0 nor 1");
  std::size_t length = 0;
  std::size_t at = 1;
  while (at < body.size() && at <= kMaxLengthDigits && static_cast<unsigned char>(body[at]) <= 9) {
    length = length * 10 + static_cast<unsigned char>(body[at++]);
  }
  if (at == 1 || at >= body.size() || body[at] != kLengthEnd) return malformed("a packet without its length");
  const std::string_view rest = body.substr(at + 1);
  if (rest.size() < length) return malformed("a packet that is shorter than its length says");
  const std::string_view packet = rest.substr(0, length);
  body = rest.substr(length);
  return kind == 0 ? decode_text(Revision::v3, packet, scratch) : decode_message(Revision::v3, false, packet, scratch);
}

}  // namespace

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

Result<Packet> decode_message(Revision revision, bool text, std::string_view message, std::string& scratch) {
  if (text) return decode_text(revision, message, scratch);
  if (revision == Revision::v4) return Packet{Type::message, true, message};
  if (!message.starts_with(kBinaryMessage)) return malformed("a binary packet that is no message");
  return Packet{Type::message, true, message.substr(1)};
}

Result<Packet> take_packet(Payload payload, std::string_view& body, std::string& scratch) {
  if (body.empty()) return malformed("a body without a packet");
  if (payload == Payload::v3_text) return take_v3_text(body, scratch);
  if (payload == Payload::v3_binary) return take_v3_binary(body, scratch);
  const std::size_t end = body.find(kSeparator);
  const std::string_view packet = body.substr(0, end);
  if (end != std::string_view::npos && end + 1 == body.size())
    return malformed("a separator without a packet behind it");
  body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
  return decode_text(Revision::v4, packet, scratch);
}

void append_message(std::string& out, Revision revision, const Packet& packet) {
  if (!packet.binary) {
    out += digit_of(packet.type);
  } else if (revision == Revision::v3) {
    out += kBinaryMessage;
  }
  out += packet.data;
}

void append_packet(std::string& out, Payload payload, const Packet& packet) {
  switch (payload) {
    case Payload::v4:
      if (!out.empty()) out += kSeparator;
      if (packet.binary) {
        out += 'b';
        append_base64(out, packet.data);
      } else {
        append_message(out, Revision::v4, packet);
      }
      return;
    case Payload::v3_text:
      if (packet.binary) {
        out += std::to_string(2 + (packet.data.size() + 2) / 3 * 4) + ":b4";
        append_base64(out, packet.data);
      } else {
        out += std::to_string(1 + utf16_length(packet.data)) + ':';
        append_message(out, Revision::v3, packet);
      }
      return;
    case Payload::v3_binary:
      out += packet.binary ? '\1' : '\0';
      for (const char digit : std::to_string(1 + packet.data.size())) out += static_cast<char>(digit - '0');
      out += kLengthEnd;
      append_message(out, Revision::v3, packet);
      return;
  }
}

}  // namespace polygate::engine_io
