// What handlers send by themselves, on the same way out as what rules send.
#include <string>
#include <utility>

#include "gateway/base/diagnostics.h"
#include "gateway/rules/outgoing.h"
#include "gateway/rules/topic_named.h"

namespace polygate::rules {

Result<void> Outbound::emit(const Emission& emission, const profile::HandlerStep& handler, Exchange::Batch& out) {
  const auto fault = [&](const std::string& why) {
    return invalid("handler " + handler.name + " emits `" + shown(emission.event) + "` to `" + shown(emission.topic) +
                   "`: " + why);
  };
  auto topic = topic_named(profile_, emission.topic);
  if (!topic) return fault(topic.failure().message);
  if (!profile::Emits::has(handler.emits.events, emission.event)) return fault("its `emits` has no such event");
  if (!profile::Emits::has(handler.emits.families, topic->family())) return fault("its `emits` has no such family");
  if (!emission.keep.empty() && topic->kind != TopicKind::joined) {
    return fault("nobody joins such a topic, for whom it could be kept");
  }
  Content content;
  content.made = emission.data.dump(-1, ' ', false, Json::error_handler_t::replace);
  content.text = content.made;
  const schema::Schema* schema = definition(emission.event, ".send", false);
  if (auto good = check(emission.event, content, schema, handler.place); !good) return good;
  Exchange::Sending sending;
  sending.frame = frame_for_all(profile_, emission.event, said(content), {});
  if (!emission.keep.empty()) {
    profile::KeepStep step;
    step.key.parts.push_back({emission.keep, false, {}});
    auto kept = keep(step, emission.event, content, schema);
    if (!kept) return fault(kept.failure().message);
    sending.keep = std::move(*kept);
  }
  sending.topic = std::move(*topic);
  out.push_back(std::move(sending));
  return {};
}

}  // namespace polygate::rules
