#include "gateway/profile/failures.h"

#include <algorithm>
#include <array>

#include "gateway/profile/profile.h"

namespace polygate::profile {
namespace {

constexpr auto kFinerNames = std::to_array<FinerName>({
    {"no_token", Reason::unauthenticated},
    {"expired", Reason::unauthenticated},
    {"bad_token", Reason::unauthenticated},
    {"rate", Reason::limited},
    {"type", Reason::invalid},
    {"enum", Reason::invalid},
    {"const", Reason::invalid},
    {"required", Reason::invalid},
    {"pattern", Reason::invalid},
    {"format", Reason::invalid},
    {"minLength", Reason::invalid},
    {"maxLength", Reason::invalid},
    {"minimum", Reason::invalid},
    {"maximum", Reason::invalid},
    {"exclusiveMinimum", Reason::invalid},
    {"exclusiveMaximum", Reason::invalid},
    {"multipleOf", Reason::invalid},
    {"minItems", Reason::invalid},
    {"maxItems", Reason::invalid},
    {"uniqueItems", Reason::invalid},
    {"contains", Reason::invalid},
    {"minProperties", Reason::invalid},
    {"maxProperties", Reason::invalid},
    {"additionalProperties", Reason::invalid},
    {"unevaluatedProperties", Reason::invalid},
    {"dependentRequired", Reason::invalid},
    {"oneOf", Reason::invalid},
    {"anyOf", Reason::invalid},
    {"not", Reason::invalid},
});

const FailureWords* find(const Failures& failures, std::string_view name) {
  const auto found = failures.find(name);
  return found == failures.end() ? nullptr : &found->second;
}

}  // namespace

std::span<const FinerName> finer_names() {
  return kFinerNames;
}

std::optional<Reason> reason_of(std::string_view called) {
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    if (name(static_cast<Reason>(i)) == called) return static_cast<Reason>(i);
  }
  const auto finer =
      std::find_if(kFinerNames.begin(), kFinerNames.end(), [&](const FinerName& one) { return one.name == called; });
  return finer == kFinerNames.end() ? std::nullopt : std::optional(finer->reason);
}

FoundWords words_for(const Profile& profile, const Rule* rule, std::string_view called, Reason reason) {
  FoundWords found;
  for (const bool by_name : {true, false}) {
    const std::string_view key = by_name ? called : name(reason);
    if (key.empty()) continue;
    for (const Failures* failures : {rule != nullptr ? &rule->failures : nullptr, &profile.failures}) {
      if (failures == nullptr) continue;
      const FailureWords* words = find(*failures, key);
      if (words == nullptr) continue;
      found.by_name |= by_name;
      if (found.text == nullptr && words->text) found.text = &*words->text;
      if (found.code == nullptr && words->code) found.code = &*words->code;
    }
  }
  return found;
}

}  // namespace polygate::profile
