#include <array>

#include "bench/load/measure.h"
#include "bench/load/messages.h"
#include "bench/load/socket_io.h"

namespace bench {

namespace {

constexpr std::size_t kVariants = 8;  // different notes, acknowledgement ids and masks, all of one length

/// Each session sends `relay`, and sends again when it is acknowledged.
class AckShare final : public SessionShare {
 public:
  AckShare(const Options& options, unsigned index, std::size_t sessions)
      : SessionShare(options, index, std::string(socket_io::kWebSocketPath)), talks_(sessions) {
    for (std::uint32_t v = 0; v < kVariants; ++v) {
      frames_[v] = masked_frame(socket_io::relay_packet(options.size, v), 0x9e3779b9u * (v + 1));
      acks_[v] = socket_io::ack_packet(v, socket_io::relay_argument(options.size, v));
    }
    pool_.answer_pings(socket_io::kPing, socket_io::kPong);
  }

  void open() override { pool_.open(talks_.size(), set_up_deadline(), socket_io::kOpened); }

  void greet() override {
    pool_.ask(
        talks_.size(), [](std::size_t) { return std::string(socket_io::kConnect); }, socket_io::kConnected,
        set_up_deadline());
  }

  void start() override {
    for (std::size_t i = 0; i < talks_.size(); ++i) {
      for (std::size_t n = 0; n < options_.in_flight; ++n) send_next(i);
    }
  }

  void received(std::size_t session, std::string_view message) override {
    const auto& expected = acks_[talks_[session].acknowledged++ % kVariants];
    if (message != expected) fail("acknowledged wrongly: " + std::string(message) + ", expected " + expected);
    add_done(1);
    send_next(session);
  }

 private:
  struct Talk {
    std::size_t sent = 0;
    std::size_t acknowledged = 0;
  };

  void send_next(std::size_t session) { pool_.send(session, frames_[talks_[session].sent++ % kVariants]); }

  std::array<std::string, kVariants> frames_;
  std::array<std::string, kVariants> acks_;
  std::vector<Talk> talks_;
};

std::vector<std::unique_ptr<Share>> shares_of(const Options& options) {
  std::vector<std::unique_ptr<Share>> shares;
  for (std::size_t i = 0; i < options.cores.size(); ++i) {
    const auto sessions = part_of(options.sessions, i, options.cores.size());
    shares.push_back(std::make_unique<AckShare>(options, unsigned(i), sessions));
  }
  return shares;
}

}  // namespace

Measurement sio_ack(const Options& options) {
  return measure(options, shares_of(options));
}

Measurement sio_idle(const Options& options) {
  return measure_idle(options, shares_of(options));
}

}  // namespace bench
