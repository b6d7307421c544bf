#pragma once
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "gateway/routing/load.h"

namespace polygate {

/// Letters from any thread to one reader, in two lanes. What lies in the first (answers, orders) is bounded by each
/// writer: by an open question, a connection, a session. Parcels, in the second, carry what is published: each weighs
/// something, and whoever sends one is told when so much waits that it should pause; so is whoever relays: sends a
/// letter that carries what its own reader was told. No writer ever waits here.
/// `wake` is called from the writer's thread once for all that the reader has not taken yet; it must be thread-safe
/// and must not take letters.
template <class Letter, class Parcel = Letter>
class Mailbox {
 public:
  struct Weighed {
    Parcel parcel;
    std::size_t weight = 0;
  };
  /// What the reader has taken, lane by lane, and how far it has read. What it has not read still waits.
  class Hand {
   public:
    /// The next one, valid until the next take(); null: none is left.
    Letter* next_letter() { return letter_ < letters_.size() ? &letters_[letter_++] : nullptr; }
    Parcel* next_parcel() {
      if (parcel_ == parcels_.size()) return nullptr;
      Weighed& next = parcels_[parcel_++];
      read_.add(next.weight);
      return &next.parcel;
    }
    bool has_letters() const { return letter_ < letters_.size(); }
    bool has_parcels() const { return parcel_ < parcels_.size(); }
    bool empty() const { return !has_letters() && !has_parcels(); }

    /// The letter in hand was a relayed one.
    void was_relayed(std::size_t weight) { relayed_.add(weight); }

    bool pressed = false;                  ///< at the last take()
    std::vector<WorkerIndex> eased;        ///< who is to hear that this reader is pressed no longer
    std::vector<WorkerIndex> relay_eased;  ///< the same, of those who relay

   private:
    friend class Mailbox;
    std::vector<Letter> letters_;
    std::vector<Weighed> parcels_;
    std::size_t letter_ = 0;
    std::size_t parcel_ = 0;
    Load::Amount read_;  ///< since the last take()
    Load::Amount relayed_;
  };

  explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void put(Letter letter) {
    write([&] { letters_.push_back(std::move(letter)); });
  }
  /// True: the reader is pressed.
  bool deliver(Parcel parcel, std::size_t weight) {
    bool pressed = false;
    write([&] {
      parcels_.push_back({std::move(parcel), weight});
      load_.add(weight);
      pressed = load_.pressed();
    });
    return pressed;
  }
  /// True: so much that was relayed waits that `who` should pause, and hears when that is over.
  bool relay(Letter letter, std::size_t weight, WorkerIndex who) {
    bool pressed = false;
    write([&] {
      letters_.push_back(std::move(letter));
      relayed_.add(weight);
      pressed = relayed_.await_eased(who);
    });
    return pressed;
  }
  /// For what the reader need not know before it looks for another reason.
  void leave(Letter letter) {
    const std::scoped_lock lock(mutex_);
    letters_.push_back(std::move(letter));
  }
  /// See Load.
  bool await_eased(WorkerIndex who) {
    const std::scoped_lock lock(mutex_);
    return load_.await_eased(who);
  }
  /// That weighs something.
  Load::Amount waits() const {
    const std::scoped_lock lock(mutex_);
    return {load_.waits().letters + relayed_.waits().letters, load_.waits().bytes + relayed_.waits().bytes};
  }

  /// All letters that came so far, oldest first. `into` is emptied and its memory used again.
  void take(std::vector<Letter>& into) {
    into.clear();
    const std::scoped_lock lock(mutex_);
    woken_ = false;
    into.swap(letters_);
  }
  /// Gives back what was read, and fills each lane that is empty in hand with all that came so far.
  void take(Hand& hand) {
    if (!hand.has_letters()) renew(hand.letters_, hand.letter_);
    if (!hand.has_parcels()) renew(hand.parcels_, hand.parcel_);
    const std::scoped_lock lock(mutex_);
    woken_ = false;
    if (hand.letters_.empty()) hand.letters_.swap(letters_);
    if (hand.parcels_.empty()) hand.parcels_.swap(parcels_);
    load_.remove(std::exchange(hand.read_, {}), hand.eased);
    relayed_.remove(std::exchange(hand.relayed_, {}), hand.relay_eased);
    hand.pressed = load_.pressed() || relayed_.pressed();
  }

 private:
  /// Runs `add` under the lock, and wakes the reader unless somebody has already.
  template <class Add>
  void write(Add add) {
    bool asleep = false;
    {
      const std::scoped_lock lock(mutex_);
      asleep = !std::exchange(woken_, true);
      add();
    }
    if (asleep) wake_();
  }
  /// Room of an ordinary size is used again.
  template <class One>
  static void renew(std::vector<One>& all, std::size_t& next) {
    next = 0;
    if (all.capacity() > 2 * Load::kHighLetters) {
      std::vector<One>().swap(all);
    } else {
      all.clear();
    }
  }

  std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::vector<Letter> letters_;
  std::vector<Weighed> parcels_;
  Load load_;           ///< of the parcels
  Load relayed_;        ///< of letters
  bool woken_ = false;  ///< since the last take()
};

}  // namespace polygate
