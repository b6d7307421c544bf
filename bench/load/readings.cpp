#include <string>
#include <vector>

#include "bench/load/measure.h"
#include "bench/load/messages.h"

namespace bench {

namespace {

constexpr std::size_t kControllers = 1'000;  // each is a key of the store
constexpr std::size_t kStep = 7;             // so that neighbours do not write the same key at the same time
constexpr std::string_view kStored = R"({"event":"stored","data":{}})";

/// Each session sends a reading, and the next one when it was told that the last one is stored.
class ReadingsShare final : public SessionShare {
 public:
  ReadingsShare(const Options& options, unsigned index, std::size_t sessions)
      : SessionShare(options, index), sent_(sessions) {
    for (std::size_t controller = 0; controller < kControllers; ++controller) {
      frames_.push_back(masked_frame(reading_message(options.size, unsigned(controller)),
                                     0x9e3779b9u * std::uint32_t(controller + 1)));
    }
  }

  void open() override { pool_.open(sent_.size(), set_up_deadline()); }

  void start() override {
    for (std::size_t i = 0; i < sent_.size(); ++i) {
      for (std::size_t n = 0; n < options_.in_flight; ++n) send_next(i);
    }
  }

  void received(std::size_t session, std::string_view message) override {
    if (message != kStored) fail("answered wrongly: " + std::string(message));
    add_done(1);
    send_next(session);
  }

  std::uint64_t sent() const override {
    std::uint64_t all = 0;
    for (const std::size_t count : sent_) all += count;
    return all;
  }

 private:
  void send_next(std::size_t session) {
    pool_.send(session, frames_[(session * kStep + sent_[session]++) % kControllers]);
  }

  std::vector<std::string> frames_;
  std::vector<std::size_t> sent_;
};

}  // namespace

Measurement readings(const Options& options) {
  std::vector<std::unique_ptr<Share>> shares;
  for (std::size_t i = 0; i < options.cores.size(); ++i) {
    const auto sessions = part_of(options.sessions, i, options.cores.size());
    shares.push_back(std::make_unique<ReadingsShare>(options, unsigned(i), sessions));
  }
  return measure(options, shares);
}

}  // namespace bench
