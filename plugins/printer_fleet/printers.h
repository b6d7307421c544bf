#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/plugin/plugin.h"

namespace printer_fleet {

enum class State : std::uint8_t { idle, printing, paused, unavailable };

std::string_view name(State state);

struct PrinterId {
  std::string agent;
  std::string printer;
};

/// What a printer does, as far as users and its agent have said.
struct Printer {
  State state = State::idle;
  std::string file;                          ///< the job's print_file_uuid, when known
  std::optional<State> before;               ///< in which the last request came, until the agent confirms it
  std::optional<polygate::Instant> started;  ///< when START was passed on, until the agent confirms it

  bool has_job() const { return state == State::printing || state == State::paused; }
};

/// All printers that anybody spoke of, at most so many altogether and of one agent. When there is no more room, a
/// printer without a job is forgotten, the one that was not heard of for longest; a job is never forgotten.
class Printers {
 public:
  struct Limits {
    std::size_t altogether = 100'000;
    std::size_t per_agent = 1'000;
  };

  void set_limits(const Limits& limits) { limits_ = limits; }
  std::size_t size() const { return entries_.size(); }

  /// The printer if it is known, else nullptr. Valid until the next find_or_add().
  Printer* find(const PrinterId& id);
  /// The printer, known from now on; nullptr when there is no room for it.
  Printer* find_or_add(const PrinterId& id);
  /// Remembers that the printer was heard of now; to be called after each change of its state.
  void settle(const PrinterId& id);

 private:
  using Order = std::list<std::string>;  // of keys
  struct Entry {
    std::string agent;
    Printer printer;
    std::optional<Order::iterator> resting;  // its place in resting_, when it has no job
  };

  static std::string key(const PrinterId& id) { return id.agent + "/" + id.printer; }
  void forget_the_longest_unheard();

  Limits limits_;
  std::unordered_map<std::string, Entry> entries_;
  std::unordered_map<std::string, std::size_t> per_agent_;
  Order resting_;  // the longest unheard first
};

}  // namespace printer_fleet
