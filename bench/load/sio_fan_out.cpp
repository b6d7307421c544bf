#include <utility>

#include "bench/load/measure.h"
#include "bench/load/messages.h"
#include "bench/load/publisher.h"
#include "bench/load/socket_io.h"

namespace bench {

namespace {

constexpr std::uint32_t kVariants = 8;

std::vector<std::string> frames(const Options& options) {
  std::vector<std::string> frames;
  for (std::uint32_t v = 0; v < kVariants; ++v) {
    frames.push_back(masked_frame(socket_io::shout_packet(options.size, v), 0x9e3779b9u * (v + 1)));
  }
  return frames;
}

/// Some of those in the room; the first of the first share is the one that shouts, and hears itself like all others.
class RoomShare final : public SessionShare {
 public:
  RoomShare(const Options& options, unsigned index, std::size_t sessions, Publisher& publisher)
      : SessionShare(options, index, std::string(socket_io::kWebSocketPath)),
        first_(socket_io::said_packet(socket_io::shout_argument(options.size, 0))),
        begun_(sessions),
        speaks_(index == 0),
        publisher_(publisher) {
    pool_.answer_pings(socket_io::kPing, socket_io::kPong);
  }

  void open() override { pool_.open(begun_.size(), set_up_deadline(), socket_io::kOpened); }

  void greet() override {
    pool_.ask(
        begun_.size(), [](std::size_t) { return std::string(socket_io::kConnect); }, socket_io::kConnected,
        set_up_deadline());
  }

  void prepare() override {
    pool_.ask(
        begun_.size(), [](std::size_t) { return socket_io::join_packet(0); }, socket_io::ack_packet(0, ""),
        set_up_deadline());
    if (speaks_) publisher_.speak_through(pool_, 0);
  }

  void start() override {
    if (speaks_) publisher_.delivered(0);
  }

  void received(std::size_t session, std::string_view message) override {
    const bool good = begun_[session] ? message.size() == first_.size() : message == first_;
    if (!good) fail("broadcast wrongly: " + std::string(message) + ", expected " + first_);
    begun_[session] = 1;
    ++heard_;
  }

  void after_poll() override {
    if (heard_ == 0) return;
    add_done(heard_);
    publisher_.delivered(std::exchange(heard_, 0));
  }

 private:
  std::string first_;
  std::vector<char> begun_;  // whether the session has heard the first event
  bool speaks_;
  Publisher& publisher_;
  std::uint64_t heard_ = 0;
};

}  // namespace

Measurement sio_fan_out(const Options& options) {
  Publisher publisher(options, frames(options));
  std::vector<std::unique_ptr<Share>> shares;
  for (std::size_t i = 0; i < options.cores.size(); ++i) {
    const auto sessions = part_of(options.sessions, i, options.cores.size());
    shares.push_back(std::make_unique<RoomShare>(options, unsigned(i), sessions, publisher));
  }
  return measure(options, shares);
}

}  // namespace bench
