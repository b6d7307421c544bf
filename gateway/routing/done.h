#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace polygate {

/// Takes the answer to one question, once. What it needs for that it holds in itself, so that asking takes no memory.
/// Moves with the question; one made of nothing wants no answer.
template <class... Answer>
class Done {
 public:
  static constexpr std::size_t kRoom = 96;

  Done() = default;
  template <class Take>
  requires(!std::is_same_v<std::remove_cvref_t<Take>, Done>) Done(Take take)
      : call_(&call<Take>), relocate_(&relocate<Take>) {  // NOLINT: as std::function does
    static_assert(sizeof(Take) <= kRoom && alignof(Take) <= alignof(std::max_align_t));
    static_assert(std::is_nothrow_move_constructible_v<Take>);
    new (room_) Take(std::move(take));
  }
  Done(Done&& other) noexcept { take(other); }
  Done& operator=(Done&& other) noexcept {
    if (this == &other) return *this;
    clear();
    take(other);
    return *this;
  }
  ~Done() { clear(); }

  explicit operator bool() const { return call_ != nullptr; }
  void operator()(Answer... answer) {
    if (call_ != nullptr) call_(room_, std::forward<Answer>(answer)...);
  }

 private:
  template <class Take>
  static void call(void* room, Answer... answer) {
    (*std::launder(static_cast<Take*>(room)))(std::forward<Answer>(answer)...);
  }
  /// To nowhere: ends it.
  template <class Take>
  static void relocate(void* from, void* to) {
    Take& take = *std::launder(static_cast<Take*>(from));
    // NOLINTBEGIN(bugprone-use-after-move): what was moved from is still to be destroyed
    if (to != nullptr) new (to) Take(std::move(take));
    std::destroy_at(&take);
    // NOLINTEND(bugprone-use-after-move)
  }
  void take(Done& other) {
    call_ = std::exchange(other.call_, nullptr);
    relocate_ = std::exchange(other.relocate_, nullptr);
    if (relocate_ != nullptr) relocate_(other.room_, room_);
  }
  void clear() {
    call_ = nullptr;
    if (relocate_ != nullptr) std::exchange(relocate_, nullptr)(room_, nullptr);
  }

  void (*call_)(void* room, Answer... answer) = nullptr;
  void (*relocate_)(void* from, void* to) = nullptr;
  alignas(std::max_align_t) std::byte room_[kRoom];
};

}  // namespace polygate
