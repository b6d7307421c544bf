#include "gateway/store/trouble.h"

#include <utility>

namespace polygate {

Failure trouble(Trouble kind, std::string details) {
  const auto failure = [&](Reason reason, const char* message) {
    return Failure{reason, message, {}, std::move(details)};
  };
  switch (kind) {
    case Trouble::locked:
      return failure(Reason::busy, "the store is locked, try again later");
    case Trouble::crowded:
      return failure(Reason::busy, "too many writes wait for the store, try again later");
    case Trouble::closing:
      return failure(Reason::busy, "the store is closing");
    case Trouble::unreachable:
      return failure(Reason::busy, "the store is out of reach, try again later");
    case Trouble::damaged:
      return failure(Reason::busy, "the store is damaged and takes no writes");
    case Trouble::unsure:
      return failure(Reason::busy, "it is unsure whether the store has taken it");
    case Trouble::full:
      return failure(Reason::limited, "the store is full");
    case Trouble::too_much:
      return failure(Reason::limited, "it is more than the store handles at once");
    case Trouble::constraint:
      return failure(Reason::refused, "the rules of the store forbid it");
    case Trouble::misuse:
      return failure(Reason::internal, "internal error");
  }
  return failure(Reason::internal, "internal error");
}

}  // namespace polygate
