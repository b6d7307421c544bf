#pragma once
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "gateway/base/reason.h"

namespace polygate {

/// Why something did not happen, with a message for people: lower case, says place, found and expected.
struct Failure {
  Reason reason = Reason::internal;
  std::string message{};
  std::string name{};     ///< finer than the reason, for profiles that have words of their own for it; often empty
  std::string details{};  ///< what a database or a library said, for the log and never for clients; often empty
  std::string code{};     ///< for machines, as a profile says it; empty where it does not
};

inline Failure invalid(std::string message) {
  return {Reason::invalid, std::move(message)};
}

/// A value, or the failure to get one. Never throws; ask before you take.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}            // NOLINT: implicit on purpose
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT: implicit on purpose

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Failure& failure() const { return std::get<1>(state_); }

 private:
  std::variant<T, Failure> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Failure failure) : failure_(std::move(failure)) {}  // NOLINT: implicit on purpose

  explicit operator bool() const { return !failure_; }
  const Failure& failure() const { return *failure_; }

 private:
  std::optional<Failure> failure_;
};

}  // namespace polygate
