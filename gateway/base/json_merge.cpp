#include "gateway/base/json_merge.h"

#include <string_view>
#include <unordered_map>

namespace polygate::json {
namespace {

void append_key(std::string& out, std::size_t begin, std::string_view key) {
  if (out.size() > begin) out += ',';
  append_string(out, key);
  out += ':';
}

/// As deep as the documents are, which their limits bound.
void append_merged(std::string& out, const Member* target, const Member& patch) {
  if (!patch.value.is_object()) {
    out += patch.bytes;
    return;
  }
  std::unordered_map<std::string_view, Member> changes;
  members(patch.value, patch.bytes, [&](const Member& change) { return changes.emplace(change.key, change).second; });
  out += '{';
  const std::size_t begin = out.size();
  if (target != nullptr) {
    members(target->value, target->bytes, [&](const Member& member) {
      const auto change = changes.find(member.key);
      if (change == changes.end()) {
        append_key(out, begin, member.key);
        out += member.bytes;
        return true;
      }
      if (!change->second.value.is_null()) {
        append_key(out, begin, member.key);
        append_merged(out, &member, change->second);
      }
      changes.erase(change);
      return true;
    });
  }
  members(patch.value, patch.bytes, [&](const Member& change) {
    if (!change.value.is_null() && changes.contains(change.key)) {
      append_key(out, begin, change.key);
      append_merged(out, nullptr, change);
    }
    return true;
  });
  out += '}';
}

}  // namespace

std::string merged(const Document* target, const Document& patch) {
  std::string out;
  const Member change{{}, patch.root(), patch.bytes()};
  if (target == nullptr) {
    append_merged(out, nullptr, change);
  } else {
    const Member there{{}, target->root(), target->bytes()};
    append_merged(out, &there, change);
  }
  return out;
}

}  // namespace polygate::json
