#include "gateway/profile/read_when.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include "gateway/profile/read_template.h"
#include "gateway/profile/settings.h"

namespace polygate::profile {
namespace {

/// The settings that a step would read count as read, also where it is switched off.
void note_settings(Profile& profile, std::string_view text) {
  const auto is_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (const std::string_view begins : {"$settings", "${settings"}) {
    for (std::size_t at = text.find(begins); at != std::string_view::npos; at = text.find(begins, at + 1)) {
      std::string_view rest = text.substr(at + begins.size());
      const bool is_all = !rest.starts_with('.') || rest.size() == 1 || !is_name(rest[1]);
      if (!is_all) rest.remove_prefix(1);
      const auto end = is_all ? rest.begin() : std::find_if_not(rest.begin(), rest.end(), is_name);
      profile.settings_read.emplace(rest.begin(), end);
    }
  }
}
void note_settings(Profile& profile, const yaml::Node& node) {
  if (node.is_string()) note_settings(profile, node.text());
  for (const yaml::Node& item : node.items()) note_settings(profile, item);
  for (const yaml::Node::Entry& entry : node.entries()) {
    note_settings(profile, entry.key);
    note_settings(profile, entry.value);
  }
}

}  // namespace

bool read_when(ReadContext& context, const yaml::Node& step) {
  const yaml::Node* when = step.is_map() ? step.find("when") : nullptr;
  if (when == nullptr) return true;
  if (!when->is_string()) {
    mismatch(context, *when, "`when`", "the path of a boolean setting, such as $settings.rejoin");
    return true;
  }
  Diagnostics& diagnostics = context.diagnostics;
  const std::size_t before = diagnostics.items().size();
  const auto text = read_text(context, *when, "`when`");
  if (diagnostics.items().size() != before) return true;
  const bool is_setting = text->is_one_path() && text->parts[0].path.root == Root::settings &&
                          !text->parts[0].path.segments.empty() && !text->parts[0].path.key;
  if (!is_setting) {
    context.problem(when->place(),
                    "`when` is the path of a boolean setting, such as $settings.rejoin, this is `" + when->text() + "`",
                    "what is known only when an event comes is chosen by `matching` or a handler");
    return true;
  }
  const Path& path = text->parts[0].path;
  const Setting setting = find_setting(context.profile.settings, path);
  if (setting.value == nullptr) {
    context.problem(when->place(), path.text() + " is not in `settings`", setting.hint);
  } else if (!setting.value->is_boolean()) {
    context.problem(when->place(),
                    "`when` needs true or false, " + path.text() + " is " + std::string(kind_of(*setting.value)));
  }
  const bool is_off = setting.value != nullptr && setting.value->is_boolean() && !setting.value->get<bool>();
  context.profile.settings_read.insert(path.segments[0]);
  if (is_off) note_settings(context.profile, step);
  return !is_off;
}

}  // namespace polygate::profile
