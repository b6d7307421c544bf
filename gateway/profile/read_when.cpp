#include "gateway/profile/read_when.h"

#include "gateway/profile/read_template.h"
#include "gateway/profile/settings.h"

namespace polygate::profile {

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
  return setting.value == nullptr || !setting.value->is_boolean() || setting.value->get<bool>();
}

}  // namespace polygate::profile
