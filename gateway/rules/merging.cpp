#include "gateway/rules/merging.h"

#include <memory>
#include <utility>

#include "gateway/base/json_merge.h"
#include "gateway/rules/outgoing.h"

namespace polygate::rules {

Merged DataMerging::into(KeptData before) const {
  Merged made;
  const json::Limits limits = limits_of_outgoing(profile_);
  json::Document kept;
  json::Document document;
  std::string text;
  if (document.parse(change_, limits) && (!before || kept.parse(*before, limits))) {
    text = json::merged(before ? &kept : nullptr, document);
  }
  if (text.size() > profile_.limits.message_bytes) {
    made.whole.unfit = KeptLimit::message;
  } else if (schema_ == nullptr || !document.parse(text, limits) || !schema_->valid(document.root())) {
    made.whole.unfit = KeptLimit::definition;
  } else {
    const dialect::Content content{.text = text, .whole = is_message_};
    made.whole.frame = frame_for_all(profile_, event_, content, {});
    made.whole.data = std::make_shared<const std::string>(std::move(text));
  }
  made.before = std::move(before);
  return made;
}

}  // namespace polygate::rules
