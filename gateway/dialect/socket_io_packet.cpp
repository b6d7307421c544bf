#include "gateway/dialect/socket_io_packet.h"

#include <algorithm>
#include <charconv>

#include "gateway/base/ascii.h"
#include "gateway/base/utf8.h"

namespace polygate::socket_io {
namespace {

Failure malformed(std::string message) {
  return {Reason::malformed, std::move(message)};
}

bool is_binary(Type type) {
  return type == Type::binary_event || type == Type::binary_ack;
}

/// Takes the decimal number at the front of `text`; none when there is none or it does not fit.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// Up to a comma or the end: clients 1.x leave the comma out where nothing follows.
void take_namespace(std::string_view& text, Packet& packet) {
  if (!text.starts_with('/')) return;
  const std::size_t end = std::min(text.find(','), text.size());
  packet.name_space = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  const std::size_t query = packet.name_space.find('?');
  if (query == std::string_view::npos) return;
  packet.query = packet.name_space.substr(query + 1);
  packet.name_space = packet.name_space.substr(0, query);
}

/// Nothing when this payload may stand behind this type.
std::optional<std::string_view> wrong_payload(const Packet& packet) {
  const char first = packet.json.empty() ? '\0' : packet.json.front();
  switch (packet.type) {
    case Type::connect:
      if (first != '\0' && first != '{') return "a connect whose data is no object";
      break;
    case Type::disconnect:
      if (first != '\0') return "a disconnect with data";
      break;
    case Type::error:
      if (first != '{' && first != '"') return "an error whose data is neither an object nor a string";
      break;
    default:
      if (first != '[') return "an event or an ack whose data is no array";
      break;
  }
  return std::nullopt;
}

void append_unit(std::string& out, std::uint32_t unit) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[unit >> shift & 15];
}

}  // namespace

Result<Packet> parse_packet(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '6') return malformed("a packet without a type from 0 to 6");
  Packet packet;
  packet.type = static_cast<Type>(text.front() - '0');
  text.remove_prefix(1);
  if (is_binary(packet.type)) {
    const auto count = take_number(text);
    if (!count || !text.starts_with('-')) return malformed("a binary packet without its number of attachments");
    packet.attachments = static_cast<std::size_t>(*count);
    text.remove_prefix(1);
  }
  take_namespace(text, packet);
  if (!text.empty() && is_digit(text.front())) {
    if (packet.type == Type::connect || packet.type == Type::disconnect || packet.type == Type::error) {
      return malformed("an id where none belongs");
    }
    packet.ack = take_number(text);
    if (!packet.ack) return malformed("an id that is too large");
  }
  if ((packet.type == Type::ack || packet.type == Type::binary_ack) && !packet.ack)
    return malformed("an ack without its id");
  packet.json = text;
  if (const auto problem = wrong_payload(packet)) return malformed(std::string(*problem));
  return packet;
}

void append_packet(std::string& out, const Packet& packet) {
  out += static_cast<char>('0' + static_cast<int>(packet.type));
  if (is_binary(packet.type)) out += std::to_string(packet.attachments) + '-';
  if (packet.name_space != "/" || !packet.query.empty()) {
    out += packet.name_space;
    if (!packet.query.empty()) out.append(1, '?').append(packet.query);
    out += ',';
  }
  if (packet.ack) out += std::to_string(*packet.ack);
  out += packet.json;
}

void append_ascii(std::string& out, std::string_view json) {
  for (std::size_t at = 0; at < json.size();) {
    if (static_cast<unsigned char>(json[at]) < 0x80) {
      out += json[at++];
      continue;
    }
    const CodePoint point = code_point_at(json, at);
    if (point.value >= 0x10000) {
      append_unit(out, 0xd800 + ((point.value - 0x10000) >> 10));
      append_unit(out, 0xdc00 + ((point.value - 0x10000) & 0x3ff));
    } else {
      append_unit(out, point.length == 0 ? 0xfffd : point.value);
    }
    at += std::max<std::size_t>(point.length, 1);
  }
}

}  // namespace polygate::socket_io
