#include "gateway/profile/check_data.h"

#include <algorithm>
#include <cctype>

namespace polygate::profile {
namespace {

std::string joined(const std::vector<std::string>& segments, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += '.' + segments[i];
  return out;
}

/// How many of `segments` the schema declares; `siblings` are the names beside the first one that it does not. A name
/// that only `additionalProperties` lets in is not declared: nobody could tell it from a misspelt one.
std::size_t declared_segments(const schema::Schema& schema, const std::vector<std::string>& segments,
                              std::vector<std::string>& siblings) {
  for (std::size_t count = 1; count <= segments.size(); ++count) {
    const auto names = schema.look_up({segments.begin(), segments.begin() + static_cast<std::ptrdiff_t>(count)});
    const std::string& last = segments[count - 1];
    const bool stranger = !names.declared.empty() && !has(names.declared, last) && !is_index(last);
    if (names.known && !stranger) continue;
    siblings = names.declared;
    return count - 1;
  }
  return segments.size();
}

void take_default(CheckContext& context, const Path& path, const Definitions::Definition& definition,
                  const std::vector<std::string>& segments) {
  const auto names = definition.schema->look_up(segments);
  if (!names.fallback || path.fallback == nullptr) return;
  if (!names.fits) {
    context.problem(path.place, "the `default` of " + path.text() + " in " +
                                    context.definitions.shown(definition.name) + " does not match its own schema");
  }
  *path.fallback = *names.fallback;
}

}  // namespace

bool is_index(const std::string& segment) {
  return segment == "*" || std::all_of(segment.begin(), segment.end(), [](unsigned char c) { return std::isdigit(c); });
}

void check_data(CheckContext& context, const Path& path, const Definitions::Definition& definition,
                const std::vector<std::string>& segments, std::size_t skipped) {
  if (definition.schema == nullptr || segments.empty()) return;
  std::vector<std::string> siblings;
  const std::size_t known = declared_segments(*definition.schema, segments, siblings);
  if (known == segments.size()) return take_default(context, path, definition, segments);
  std::vector<std::string> candidates;
  if (known >= skipped) {
    const std::string root = '$' + std::string(root_name(path.root));
    const std::vector<std::string> own(segments.begin() + static_cast<std::ptrdiff_t>(skipped), segments.end());
    for (const std::string& sibling : siblings) {
      candidates.push_back(root + joined(own, known - skipped) + '.' + sibling);
    }
  }
  const std::string found = path.text();
  context.problem(path.place, found + " is not in " + context.definitions.shown(definition.name),
                  did_you_mean(found, candidates));
}

void check_data_of_any_event(CheckContext& context, const Path& path) {
  if (!context.definitions.usable() || path.segments.empty()) return;
  bool unknown = true;
  for (const auto& [event, rules] : context.profile.events) {
    const auto schema = context.profile.schemas.find(event);
    if (schema == context.profile.schemas.end() || schema->second == nullptr) return;
    std::vector<std::string> siblings;
    if (declared_segments(*schema->second, path.segments, siblings) == path.segments.size()) unknown = false;
  }
  if (unknown) context.problem(path.place, path.text() + " is in no event's definition");
}

}  // namespace polygate::profile
