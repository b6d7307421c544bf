#include "gateway/dialect/dialect.h"

#include <utility>

#include "gateway/wire/websocket_frame.h"

namespace polygate::dialect {

namespace {

/// Where events have no arguments, the first is the data.
std::string_view data_of(const Content& content) {
  if (!content.arguments) return content.text;
  return content.text.empty() ? "null" : content.text.substr(0, json::value_end(content.text, 0));
}

}  // namespace

FramePtr Dialect::say(std::string_view name, const Content& content, const Manner&) const {
  constexpr std::size_t kAround = 42;  // what a dialect puts around the two, and the header
  const bool is_text = text(name);
  std::string bytes;
  bytes.reserve(name.size() + content.text.size() + kAround);
  if (content.whole) {
    bytes = content.text;
  } else {
    encode(bytes, name, data_of(content));
  }
  const auto header = wire::frame_header(is_text ? wire::Opcode::text : wire::Opcode::binary, bytes.size());
  bytes.insert(0, header.view());
  return std::make_shared<const Frame>(std::move(bytes), static_cast<std::uint8_t>(header.view().size()), is_text);
}

FramePtr Dialect::acknowledge(std::uint64_t, const Content&) const {
  return nullptr;
}

}  // namespace polygate::dialect
