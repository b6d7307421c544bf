#pragma once
#include <sys/eventfd.h>

#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/net/fd.h"
#include "gateway/routing/mailbox.h"

namespace polygate::net {

/// A Mailbox whose reader waits for sockets: fd() becomes readable when letters came. Shared, so that a late writer
/// (an HTTP answer, a handler's result) never finds a dead box; what comes after the reader has gone is never read.
template <class Letter, class Parcel = Letter>
class Inbox {
 public:
  using Hand = typename Mailbox<Letter, Parcel>::Hand;

  Inbox() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), letters_([this] { wake_from_elsewhere(); }) {}

  int fd() const { return event_.get(); }
  void put(Letter letter) { letters_.put(std::move(letter)); }
  void leave(Letter letter) { letters_.leave(std::move(letter)); }
  bool deliver(Parcel parcel, std::size_t weight) { return letters_.deliver(std::move(parcel), weight); }
  bool relay(Letter letter, std::size_t weight, WorkerIndex who) {
    return letters_.relay(std::move(letter), weight, who);
  }
  bool await_eased(WorkerIndex who) { return letters_.await_eased(who); }
  Load::Amount waits() const { return letters_.waits(); }

  /// The reader, on its own thread, before anybody else knows the box: it promises to take() once more before it
  /// waits, so that its letters to itself cost no system call.
  void read_here() { reader_ = std::this_thread::get_id(); }
  void take(std::vector<Letter>& into) { letters_.take(into); }
  void take(Hand& hand) { letters_.take(hand); }
  /// Makes fd() unreadable until the next letter.
  void rest() {
    std::uint64_t count = 0;
    while (::read(event_.get(), &count, sizeof(count)) > 0) continue;
  }
  void wake() {
    const std::uint64_t one = 1;
    // Only a full counter can refuse, and then the reader is awake.
    if (::write(event_.get(), &one, sizeof(one)) < 0) return;
  }

 private:
  void wake_from_elsewhere() {
    if (std::this_thread::get_id() != reader_) wake();
  }

  Fd event_;
  std::thread::id reader_;
  Mailbox<Letter, Parcel> letters_;
};

}  // namespace polygate::net
