#pragma once
#include <cstddef>
#include <cstdint>

#include "gateway/base/clock.h"

namespace polygate::server {

/// How long a worker reads letters before its sockets get their turn, however many are left.
class Slice {
 public:
  static constexpr std::size_t kLetters = 256;
  static constexpr std::uint64_t kNanoseconds = 2'000'000;

  explicit Slice(const Clock& clock) : clock_(clock), until_(clock.nanoseconds() + kNanoseconds) {}
  /// One more was read.
  void count() { is_over_ = ++letters_ >= kLetters || clock_.nanoseconds() >= until_; }
  bool is_over() const { return is_over_; }

 private:
  const Clock& clock_;
  const std::uint64_t until_;
  std::size_t letters_ = 0;
  bool is_over_ = false;
};

}  // namespace polygate::server
