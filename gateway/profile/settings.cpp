#include "gateway/profile/settings.h"

#include <vector>

#include "gateway/profile/check_data.h"

namespace polygate::profile {

Setting find_setting(const Json& settings, const Path& path) {
  const Json* at = &settings;
  std::string way = "$settings.";
  for (const std::string& segment : path.segments) {
    const bool item = at->is_array() && is_index(segment) && segment.size() < 9 && std::stoul(segment) < at->size();
    if (!item && !(at->is_object() && at->contains(segment))) {
      std::vector<std::string> names;
      if (at->is_object()) {
        for (const auto& [key, value] : at->items()) names.push_back(way + key);
      }
      return {nullptr, did_you_mean(way + segment, names)};
    }
    at = item ? &(*at)[std::stoul(segment)] : &(*at)[segment];
    way += segment + '.';
  }
  return {at, {}};
}

std::string_view kind_of(const Json& setting) {
  if (setting.is_object()) return "a mapping";
  if (setting.is_array()) return "a list";
  if (setting.is_string()) return "a string";
  if (setting.is_number()) return "a number";
  return setting.is_boolean() ? "a boolean" : "nothing";
}

}  // namespace polygate::profile
