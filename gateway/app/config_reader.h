#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/diagnostics.h"
#include "gateway/base/yaml.h"

namespace polygate::app {

/// One mapping of gateway.yaml, read key by key. Each getter leaves its target alone when the key is missing, and says
/// where, what was found and what was expected when its value does not fit.
class ConfigReader {
 public:
  /// `what` names the mapping in messages: "listener `main`". Keys not among `known` are refused.
  ConfigReader(const yaml::Node* node, std::string what, const std::vector<std::string>& known,
               Diagnostics& diagnostics);

  bool has(std::string_view key) const { return find(key) != nullptr; }
  const yaml::Node* find(std::string_view key) const;

  void text(std::string_view key, std::string& into);
  void flag(std::string_view key, bool& into);
  void count(std::string_view key, std::size_t& into, std::uint64_t least, std::uint64_t most);
  void number(std::string_view key, double& into, double least, double most);
  void duration(std::string_view key, Millis& into, Millis least = Millis(0));
  void words(std::string_view key, std::vector<std::string>& into);
  /// Index of the value among `choices`, or nothing.
  std::optional<std::size_t> choice(std::string_view key, const std::vector<std::string>& choices);
  /// Visits each entry of a mapping of named things.
  void each(std::string_view key, const std::function<void(const yaml::Node::Entry&)>& visit);
  void mismatch(std::string_view key, const yaml::Node& found, std::string_view expected);

 private:
  const yaml::Node* node_;
  std::string what_;
  Diagnostics& diagnostics_;
};

}  // namespace polygate::app
