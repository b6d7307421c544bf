#include "gateway/wire/chunked_body.h"

#include <algorithm>

#include "gateway/wire/text.h"

namespace polygate::wire {
namespace {

constexpr unsigned kMaxDigits = 15;               // below 2^60: no size overflows anybody's integer
constexpr std::uint32_t kMaxOverhead = 4 * 1024;  // else one byte of data could cost its sender's wish in bytes

}  // namespace

ChunkedBody::State ChunkedBody::refuse(int status, const char* detail) {
  fault_ = {status, detail};
  return State::refused;
}

ChunkedBody::State ChunkedBody::feed(std::string_view& bytes, std::string& body, std::size_t max_body) {
  while (!bytes.empty()) {
    if (expect_ == Expect::data) {
      const std::size_t taken = std::min<std::uint64_t>(bytes.size(), data_left_);
      body.append(bytes.substr(0, taken));  // grows by what came, not by what was declared
      bytes.remove_prefix(taken);
      data_left_ -= taken;
      if (data_left_ == 0) expect_ = Expect::data_cr;
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (const State state = byte(c, max_body - std::min(max_body, body.size())); state != State::more) return state;
  }
  return State::more;
}

ChunkedBody::State ChunkedBody::byte(char c, std::size_t room) {
  if (expect_ < Expect::data) return size_byte(c, room);
  if (expect_ > Expect::data_lf) return trailer_byte(c);
  if (expect_ == Expect::data_cr) {
    if (c != '\r') return refuse(400, "chunk: more data than its size");
    expect_ = Expect::data_lf;
    return State::more;
  }
  if (c != '\n') return refuse(400, "chunk: expected CR LF after the data");
  expect_ = Expect::size;
  return State::more;
}

ChunkedBody::State ChunkedBody::size_byte(char c, std::size_t room) {
  if (expect_ == Expect::size_lf) {
    if (c != '\n') return refuse(400, "chunk: expected CR LF after the size");
    expect_ = data_left_ == 0 ? Expect::trailer : Expect::data;
    digits_ = 0;
    return State::more;
  }
  if (c == '\r') {
    if (digits_ == 0) return refuse(400, "chunk: expected a hexadecimal size");
    expect_ = Expect::size_lf;
    return State::more;
  }
  if (expect_ == Expect::extension) {
    if (!is_field_byte(c)) return refuse(400, "chunk: a control byte in an extension");
    return ++overhead_ > kMaxOverhead ? refuse(400, "chunk: extensions of more than 4 KiB") : State::more;
  }
  if (c == ';' && digits_ > 0) {
    expect_ = Expect::extension;
    return State::more;
  }
  const int digit = hex_value(c);
  if (digit < 0) return refuse(400, "chunk: expected a hexadecimal size");
  if (digits_ == kMaxDigits) return refuse(400, "chunk: a size of more than 15 digits");
  ++digits_;
  data_left_ = data_left_ * 16 + static_cast<std::uint64_t>(digit);
  return data_left_ > room ? refuse(413, "the body is over the limit (max_body)") : State::more;
}

ChunkedBody::State ChunkedBody::trailer_byte(char c) {
  if (++overhead_ > kMaxOverhead) return refuse(431, "trailers of more than 4 KiB");
  if (expect_ == Expect::last_lf) {
    return c == '\n' ? State::complete : refuse(400, "expected CR LF after the last chunk");
  }
  if (expect_ == Expect::trailer_lf) {
    if (c != '\n') return refuse(400, "trailer: expected CR LF");
    expect_ = Expect::trailer;
  } else if (expect_ == Expect::trailer_value) {
    if (c != '\r' && !is_field_byte(c)) return refuse(400, "trailer: a control byte in a value");
    if (c == '\r') expect_ = Expect::trailer_lf;
  } else if (expect_ == Expect::trailer && c == '\r') {
    expect_ = Expect::last_lf;
  } else if (expect_ == Expect::trailer_name && c == ':') {
    expect_ = Expect::trailer_value;
  } else if (token_lower(c) != 0) {
    expect_ = Expect::trailer_name;
  } else {
    return refuse(400, "trailer: a byte that no name may hold");
  }
  return State::more;
}

}  // namespace polygate::wire
