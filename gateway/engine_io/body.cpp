#include "gateway/engine_io/body.h"

#include <utility>

#include "gateway/base/utf8.h"
#include "gateway/engine_io/http.h"

namespace polygate::engine_io {
namespace {

/// More in one request are no client's.
constexpr std::size_t kMaxPacketsIn = 1'000;

Failure malformed(std::string why) {
  return {Reason::malformed, std::move(why)};
}

}  // namespace

std::string_view DoubleUtf8::undo(std::string_view text, std::string& scratch) {
  if (text_ == Text::plain || is_ascii(text)) return text;
  auto inner = undo_double_utf8(text);
  if (text_ == Text::unknown) text_ = inner ? Text::doubled : Text::plain;
  if (!inner) return text;
  scratch = std::move(*inner);
  return scratch;
}

Result<Body> Body::of(const Request& request, Revision revision) {
  const bool binary = request.content_type.starts_with("application/octet-stream");
  Body body(revision == Revision::v4 ? Payload::v4 : binary ? Payload::v3_binary : Payload::v3_text, request.body);
  const bool form = request.content_type.starts_with("application/x-www-form-urlencoded") &&
                    std::string_view(request.body).starts_with("d=");
  if (form) {
    body.unwrapped_ = unwrap_form(request.body);
    if (!body.unwrapped_) return malformed("a form that is none");
  }
  if (!binary && !is_utf8(body.rest())) return malformed("a body that is not UTF-8");
  return body;
}

bool Body::is_too_large(std::size_t limit, std::optional<std::size_t> gathered) const {
  std::size_t bytes = gathered.value_or(0);
  std::string scratch;
  std::string_view left = rest();
  while (left.size() + bytes > limit) {
    const auto packet = take_packet(payload_, left, scratch);
    if (!packet) return false;  // what is malformed ends the session
    bytes = (packet->binary && gathered ? bytes : 0) + packet->data.size();
    if (bytes > limit) return true;
  }
  return false;
}

Result<Packet> Body::take(DoubleUtf8& double_utf8) {
  std::string_view left = rest();
  const std::size_t before = left.size();
  auto found = take_packet(payload_, left, scratch_);
  taken_ += before - left.size();
  if (!found) return found;
  if (++count_ > kMaxPacketsIn) return malformed("more than 1000 packets in one body");
  if (!found->binary && payload_ == Payload::v3_binary && !is_utf8(found->data)) {
    return malformed("a packet that is not UTF-8");
  }
  if (!found->binary && payload_ == Payload::v3_text) found->data = double_utf8.undo(found->data, repaired_);
  return found;
}

}  // namespace polygate::engine_io
