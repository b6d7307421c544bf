#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/auth/verifier.h"

namespace polygate::auth {

/// A deployment's verifiers by name. Filled once at start; from then on only read, by every thread.
class Verifiers {
 public:
  /// False when the name is already taken; then the first verifier stays.
  bool add(std::string name, std::unique_ptr<const Verifier> verifier) {
    return by_name_.try_emplace(std::move(name), std::move(verifier)).second;
  }

  /// The verifier of that name, or null. Lives as long as this object.
  const Verifier* find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second.get();
  }

  /// Sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : by_name_) names.push_back(entry.first);
    return names;
  }

 private:
  std::map<std::string, std::unique_ptr<const Verifier>, std::less<>> by_name_;
};

}  // namespace polygate::auth
