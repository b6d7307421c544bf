#pragma once
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace polygate {

/// Runs foreign code; gives what its exception said, if it threw. The only place where plugins' exceptions end.
template <class Code>
std::optional<std::string> exception_of(Code&& code) noexcept {
  try {
    std::forward<Code>(code)();
    return std::nullopt;
  } catch (const std::exception& thrown) {
    return std::string(thrown.what());
  } catch (...) {
    return std::string("threw something that is no std::exception");
  }
}

}  // namespace polygate
