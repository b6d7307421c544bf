#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/routing/exchange.h"

namespace polygate {

/// Who holds which claim, and who waits for it. Belongs to an Exchange and lives under its lock. Claims are answered
/// without orders that stand for them.
class ClaimTable {
 public:
  /// Tells the session that loses a claim, or may ask for it.
  using Tell = std::function<void(Direct)>;

  /// Fences begin behind `last`.
  ClaimTable(Fence last, Tell tell) : tell_(std::move(tell)), fence_(last) {}

  // As Exchange says.
  Exchange::Claim claim(const Topic& topic, SessionId who, Taken when_taken);
  Exchange::Claim take_over(const Topic& topic, SessionId who, Fence dead, Taken when_taken);
  void withdraw(const Topic& topic, SessionId who);
  void ending(const Topic& topic, Fence fence);
  void release(const Topic& topic, Fence fence);

  struct Holder {
    SessionId owner;
    Fence fence = 0;
  };
  /// Unset when nobody holds it.
  Holder holder(const Topic& topic) const;

 private:
  /// Who wait for an ending owner, longest first.
  struct Heirs {
    struct One {
      SessionId who;
      Fence fence = 0;  ///< that it waits for
    };
    std::vector<One> all;
    bool first_is_told = false;  ///< that it may ask
  };
  struct Claimed {
    std::shared_ptr<const std::string> key;
    SessionId owner;
    Fence fence = 0;
    bool is_ending = false;
    bool is_vacant = false;  ///< the owner has given it back; it is kept for the heirs
    std::unique_ptr<Heirs> heirs{};
  };

  void give_to(Claimed& claimed, SessionId who);
  void wait_for(Claimed& claimed, SessionId who);
  void forget_heir(Claimed& claimed, SessionId who);
  void tell_first_heir(Claimed& claimed);

  const Tell tell_;
  std::unordered_map<std::string_view, Claimed> claims_;  ///< keys are views of the text that the entry itself owns
  Fence fence_;                                           ///< given last
};

}  // namespace polygate
