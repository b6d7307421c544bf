#include <cstdint>
#include <cstdlib>

#include "gateway/base/yaml.h"

using polygate::Diagnostics;
using polygate::yaml::Limits;
using polygate::yaml::Node;

namespace {

constexpr Limits kLimits{.max_bytes = 1 << 16, .max_aliases = 16, .max_nodes = 2000, .max_depth = 8};

/// Counts the nodes below `node`, which stand in `lines` lines; aborts when one is too deep or nowhere.
std::size_t walk(const Node& node, unsigned depth, int lines) {
  const auto stands = [&](const polygate::Place& place) {
    return place.line >= 1 && place.line <= lines && place.column >= 1 && place.length >= 0;
  };
  if (depth > kLimits.max_depth + 1 || !stands(node.place())) std::abort();
  std::size_t count = 1;
  for (const Node& item : node.items()) count += walk(item, depth + 1, lines);
  for (const Node::Entry& entry : node.entries()) {
    if (!stands(entry.key_place) || node.find(entry.key) != &entry.value) std::abort();
    count += walk(entry.value, depth + 1, lines);
  }
  return count;
}

}  // namespace

/// read() answers every text, with a tree within the limits or with a diagnostic, never with both or neither.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  const auto node = polygate::yaml::read(text, "fuzz.yaml", diagnostics, kLimits);
  if (node.has_value() != diagnostics.empty()) std::abort();
  if (node) {
    int lines = 1;
    for (const char c : text) lines += c == '\n' ? 1 : 0;
    if (walk(*node, 1, lines) > kLimits.max_nodes) std::abort();
    (void)node->to_json();
  }
  (void)diagnostics.text();
  return 0;
}
