#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "gateway/routing/done.h"
#include "gateway/routing/ids.h"

namespace polygate {

/// A turn that is taken behind those that stand in the same line already.
struct InLine {
  std::string line;  ///< lines of different profiles never meet: a profile and what its rule names
  WorkerIndex worker = 0;
  std::uint64_t turn = 0;  ///< a number that this worker gives no other turn
};

/// Who stands in which line: one has its turn, those behind it wait, in the order in which they came. A line is there
/// as long as somebody stands in it, so all of them together hold no more than the turns that do. Belongs to an
/// Exchange and lives under its lock.
class LineTable {
 public:
  enum class Place : std::uint8_t {
    first,   ///< it is its turn
    behind,  ///< it waits
    none,    ///< too many wait already: it does not stand there
  };
  /// At most `most` wait behind the first. `its_turn` is taken from the caller where it waits.
  Place line_up(const InLine& who, std::size_t most, Done<bool>& its_turn);

  struct Next {
    WorkerIndex worker = 0;
    Done<bool> its_turn;
  };
  /// It stands there no more, wherever it stood. Returns whose turn it is by that, if somebody's is.
  std::optional<Next> step_out(const InLine& who);

  /// Lines in which somebody stands.
  std::size_t size() const { return lines_.size(); }

 private:
  struct One {
    WorkerIndex worker = 0;
    std::uint64_t turn = 0;
    Done<bool> its_turn{};  ///< made of nothing for the first

    bool is(const InLine& who) const { return worker == who.worker && turn == who.turn; }
  };

  std::unordered_map<std::string, std::list<One>> lines_;  ///< none is empty
};

}  // namespace polygate
