#include "gateway/server/output.h"

#include <limits>
#include <utility>

#include "gateway/wire/websocket_frame.h"

namespace polygate::server {
namespace {

/// Longer messages are written from where they are; shorter ones are cheaper to gather than to write one by one.
constexpr std::size_t kGatherUpTo = 16 * 1'024;
/// At most this goes to the socket at once: what it does not take, the library copies.
constexpr std::size_t kMaxWrite = 64 * 1'024;

}  // namespace

void Output::forget() {
  shared_.meter.outbox_bytes -= messages_.weight();
  messages_ = {};
}

bool Output::push(FramePtr& frame, std::string_view bytes, std::size_t max_bytes, std::size_t max_frames) {
  const std::size_t before = messages_.weight();
  if (!messages_.push(std::move(frame), bytes, max_bytes, max_frames)) return false;
  shared_.meter.outbox_bytes += messages_.weight() - before;
  return true;
}

void Output::push(std::string answer) {
  FramePtr frame = std::make_shared<const Frame>(std::move(answer), std::uint8_t{0}, true);
  const std::string_view bytes = frame->bytes();
  push(frame, bytes, std::numeric_limits<std::size_t>::max() / 2, 0);
}

void Output::drop_unstarted() {
  const std::size_t before = messages_.weight();
  messages_.drop_unstarted();
  shared_.meter.outbox_bytes -= before - messages_.weight();
}

Output::Around& Output::around() {
  if (!around_) around_ = std::make_unique<Around>();
  return *around_;
}

void Output::put_first(std::string_view bytes) {
  around().first.append(bytes);
  around_->pong_is_last = false;
}

void Output::pong(std::string_view payload, bool instead) {
  Around& all = around();
  if (!instead) {
    ++all.waiting_pongs;
  } else if (all.pong_is_last) {
    all.first.resize(all.last_pong);
  }
  all.last_pong = all.first.size();
  wire::append_frame(all.first, wire::Opcode::pong, payload);
  all.pong_is_last = true;
}

Output::State Output::write() {
  while (!socket_.blocked()) {
    switch (write_once()) {
      case Written::nothing:
        return State::done;
      case Written::some:
        break;
      case Written::broken:
        return State::broken;
    }
  }
  socket_.want_writable();
  return State::blocked;
}

Output::Written Output::write_once() {
  const bool any = !messages_.empty();
  const bool alone = !around_ && messages_.size() == 1;
  const bool has_first = around_ && !around_->first.empty();
  if (any && (mid_frame_ || alone || (!has_first && messages_.front().size() > kGatherUpTo))) {
    const std::string_view front = messages_.front();
    const std::string_view piece = front.substr(0, kMaxWrite);
    const Written result = write(piece);
    mid_frame_ = piece.size() < front.size();
    written(piece.size());
    return result;
  }
  std::string& gathered = shared_.gathered;
  gathered.clear();  // and its memory is used again
  std::string last_word;
  if (around_) {
    gathered.append(around_->first);
    last_word.swap(around_->last_word);
    around_.reset();
  }
  std::size_t taken = 0;
  if (any && gathered.size() <= kGatherUpTo && messages_.front().size() <= kGatherUpTo) {
    taken = messages_.gather(gathered, kMaxWrite - gathered.size());
  }
  if (taken == messages_.bytes()) {
    gathered.append(last_word);
  } else if (!last_word.empty()) {
    end_with(std::move(last_word));
  }
  if (gathered.empty()) return Written::nothing;
  const Written result = write(gathered);
  if (taken > 0) written(taken);
  return result;
}

Output::Written Output::write(std::string_view bytes) {
  shared_.meter.bytes_out += bytes.size();
  ++shared_.meter.writes;
  return socket_.write(bytes) ? Written::some : Written::broken;
}

/// Of the messages.
void Output::written(std::size_t bytes) {
  const std::size_t before = messages_.weight();
  messages_.written(bytes);
  shared_.meter.outbox_bytes -= before - messages_.weight();
}

void Output::say(std::string_view bytes) {
  if (!around_ && !socket_.blocked()) write(bytes);
}

}  // namespace polygate::server
