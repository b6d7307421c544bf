#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/session/common.h"
#include "gateway/session/dispatch.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// The rules of `started`, which one worker takes before anybody can come: one after another, in the order of the file.
/// The first one that fails is the last.
class StartedRules {
 public:
  /// Hears what became of them. A failure names the rule.
  using Done = std::function<void(Result<void>)>;

  StartedRules(Common& common, const Dispatch& dispatch, turns::TurnTable& turns);

  void take(Done done);
  /// Takes the next one, where the one before is over.
  void go_on();
  /// A turn has ended, or is waited for no longer, of whomever.
  void is_over(const turns::Turn& turn, const std::optional<Failure>& failure);

 private:
  struct One {
    std::uint16_t profile = 0;
    const profile::Rule* rule = nullptr;
  };
  void take(const One& one);

  Common& common_;
  const Dispatch& dispatch_;
  turns::TurnTable& turns_;
  std::vector<One> all_;
  std::size_t taken_ = 0;
  turns::TurnId turn_;  ///< of the last one taken, while it lasts
  std::optional<Failure> failure_;
  Done done_;  ///< while they are taken
};

}  // namespace polygate::session
