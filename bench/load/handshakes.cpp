#include "bench/load/measure.h"

namespace bench {

namespace {

constexpr std::uint64_t kLimit = 100'000;  // a firewall that tracks connections remembers each for some seconds

/// Every session is reset as soon as it is upgraded, and the next one takes its place.
class HandshakeShare final : public SessionShare {
 public:
  HandshakeShare(const Options& options, unsigned index, std::size_t at_once)
      : SessionShare(options, index), at_once_(at_once) {}

  void open() override { pool_.open(at_once_, set_up_deadline()); }

  void start() override {
    for (std::size_t i = 0; i < at_once_; ++i) pool_.restart(i);
  }

  void opened(std::size_t session) override {
    add_done(1);
    if (done() > kLimit) fail("the limit of handshakes was reached: measure for a shorter time");
    pool_.restart(session);
  }

  void received(std::size_t, std::string_view message) override { fail("unexpected: " + std::string(message)); }

 private:
  std::size_t at_once_;
};

}  // namespace

Measurement handshakes(const Options& options) {
  std::vector<std::unique_ptr<Share>> shares;
  for (std::size_t i = 0; i < options.cores.size(); ++i) {
    shares.push_back(
        std::make_unique<HandshakeShare>(options, unsigned(i), part_of(options.sessions, i, options.cores.size())));
  }
  return measure(options, shares);
}

}  // namespace bench
