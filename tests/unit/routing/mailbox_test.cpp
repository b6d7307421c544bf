#include "gateway/routing/mailbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace polygate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Lanes = Mailbox<std::string, int>;

Lanes silent() {
  return Lanes([] {});
}

/// Reads so many parcels, and gives them back.
void read(Lanes& box, Lanes::Hand& hand, std::size_t count) {
  box.take(hand);
  for (std::size_t i = 0; i < count; ++i) ASSERT_NE(hand.next_parcel(), nullptr);
  box.take(hand);
}

TEST(Mailbox, TheLanesKeepTheirOrderAndDoNotWaitForEachOther) {
  Lanes box = silent();
  box.deliver(1, 10);
  box.put("a");
  box.deliver(2, 10);
  box.put("b");
  Lanes::Hand hand;
  box.take(hand);
  EXPECT_EQ(*hand.next_parcel(), 1);
  EXPECT_EQ(*hand.next_letter(), "a");
  box.put("c");
  box.take(hand);
  EXPECT_EQ(*hand.next_letter(), "b") << "what was in hand comes first";
  EXPECT_EQ(hand.next_letter(), nullptr);
  box.take(hand);
  EXPECT_EQ(*hand.next_letter(), "c");
  EXPECT_EQ(*hand.next_parcel(), 2);
  EXPECT_EQ(hand.next_parcel(), nullptr);
  EXPECT_TRUE(hand.empty());
}

TEST(Mailbox, WakesOnceForAllThatTheReaderHasNotTaken) {
  int woken = 0;
  Lanes box([&] { ++woken; });
  box.put("a");
  box.deliver(1, 10);
  EXPECT_EQ(woken, 1);
  Lanes::Hand hand;
  box.take(hand);
  box.deliver(2, 10);
  EXPECT_EQ(woken, 2);
}

TEST(Mailbox, LettersPressTheReaderAboveTheHighMarkUntilItIsBelowTheLowOne) {
  Lanes box = silent();
  for (std::size_t i = 0; i < Load::kHighLetters; ++i) EXPECT_FALSE(box.deliver(0, Load::kLetter));
  EXPECT_FALSE(box.await_eased(7)) << "nobody waits for a reader that is not pressed";
  EXPECT_TRUE(box.deliver(0, Load::kLetter)) << "taken all the same";
  EXPECT_TRUE(box.await_eased(7));
  EXPECT_TRUE(box.await_eased(3));
  EXPECT_TRUE(box.await_eased(7));

  Lanes::Hand hand;
  box.take(hand);
  EXPECT_TRUE(hand.pressed) << "what is in hand and not read still waits";
  read(box, hand, Load::kHighLetters + 1 - Load::kLowLetters);
  EXPECT_TRUE(hand.pressed);
  EXPECT_THAT(hand.eased, IsEmpty());
  EXPECT_EQ(box.waits().letters, Load::kLowLetters);
  read(box, hand, 1);
  EXPECT_FALSE(hand.pressed);
  EXPECT_THAT(hand.eased, ElementsAre(7, 3)) << "each once, in the order of asking";
  EXPECT_FALSE(box.deliver(0, Load::kLetter));
}

TEST(Mailbox, SoDoTheirBytes) {
  Lanes box = silent();
  EXPECT_FALSE(box.deliver(0, Load::kHighBytes - 1));
  EXPECT_FALSE(box.deliver(0, 1));
  EXPECT_TRUE(box.deliver(0, 1));
  EXPECT_TRUE(box.await_eased(0));
  EXPECT_EQ(box.waits().bytes, Load::kHighBytes + 1);
  Lanes::Hand hand;
  read(box, hand, 1);
  EXPECT_FALSE(hand.pressed);
  EXPECT_THAT(hand.eased, ElementsAre(0));
  EXPECT_EQ(box.waits().bytes, 2u);
}

TEST(Mailbox, LettersOfTheFirstLanePressNobody) {
  Lanes box = silent();
  for (std::size_t i = 0; i < 2 * Load::kHighLetters; ++i) box.put("an answer");
  EXPECT_FALSE(box.await_eased(0));
  Lanes::Hand hand;
  box.take(hand);
  EXPECT_FALSE(hand.pressed);
  EXPECT_EQ(box.waits().letters, 0u);
}

TEST(Mailbox, RelayedLettersPressOnlyThoseWhoRelay) {
  Lanes box = silent();
  for (std::size_t i = 0; i < Load::kHighLetters; ++i) EXPECT_FALSE(box.relay("frame", Load::kLetter, 2));
  EXPECT_TRUE(box.relay("frame", Load::kLetter, 2));
  EXPECT_FALSE(box.await_eased(0));
  EXPECT_FALSE(box.deliver(1, Load::kLetter));
  EXPECT_EQ(box.waits().letters, Load::kHighLetters + 2);
  Lanes::Hand hand;
  box.take(hand);
  EXPECT_TRUE(hand.pressed);
  for (std::size_t i = 0; i < Load::kHighLetters; ++i) {
    EXPECT_EQ(*hand.next_letter(), "frame");
    hand.was_relayed(Load::kLetter);
  }
  box.take(hand);
  EXPECT_FALSE(hand.pressed);
  EXPECT_THAT(hand.eased, IsEmpty());
  EXPECT_THAT(hand.relay_eased, ElementsAre(2));
}

/// A writer that pauses as soon as it is told to: the box never holds more than what each had begun.
TEST(Mailbox, WhoPausesIsAlwaysToldToGoOn) {
  constexpr int kParcels = 200'000;
  constexpr WorkerIndex kWriters = 3;
  struct Writer {
    Mailbox<int> told{[] {}};
    std::thread thread;
  };
  Lanes box = silent();
  std::vector<Writer> writers(kWriters);
  for (WorkerIndex me = 0; me < kWriters; ++me) {
    writers[me].thread = std::thread([&, me] {
      std::vector<int> news;
      for (int number = 0; number < kParcels; ++number) {
        if (!box.deliver(number, Load::kLetter) || !box.await_eased(me)) continue;
        do {
          writers[me].told.take(news);
          if (news.empty()) std::this_thread::yield();
        } while (news.empty());
      }
    });
  }
  Lanes::Hand hand;
  std::size_t heard = 0;
  std::size_t most = 0;
  while (heard < std::size_t{kParcels} * kWriters) {
    box.take(hand);
    most = std::max(most, box.waits().letters);
    for (const WorkerIndex who : std::exchange(hand.eased, {})) writers[who].told.put(1);
    for (int i = 0; i < 256 && hand.next_parcel() != nullptr; ++i) ++heard;
  }
  for (Writer& writer : writers) writer.thread.join();
  EXPECT_LE(most, Load::kHighLetters + kWriters);
}

}  // namespace
}  // namespace polygate
