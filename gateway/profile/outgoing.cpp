#include "gateway/profile/outgoing.h"

#include <algorithm>

#include "gateway/profile/render.h"

namespace polygate::profile {
namespace {

std::string where(const Place& place) {
  return place.file + ':' + std::to_string(place.line);
}

/// JSON text of a shape, or the raw bytes that it names in a dialect without JSON.
std::string payload(const Profile& profile, const Shape& shape, Scope& scope) {
  std::string out;
  if (!profile.dialect->json()) {
    append_text(out, shape.text, scope);
  } else if (!append_json(out, shape, scope)) {
    out = "null";
  }
  return out;
}

}  // namespace

Result<FramePtr> Outbound::frame(std::string_view event, std::string_view data, const schema::Schema* schema,
                                 bool is_reply, bool unchanged, const Place& place) {
  ++verdict_.outgoing;
  if (!profile_.dialect->json()) {
    ++verdict_.checked;
    return make_frame(*profile_.dialect, event, data);
  }
  if (!schema) {
    const std::string suffix = is_reply ? ".reply" : ".send";
    auto known = profile_.schemas.find(std::string(event) + suffix);
    if (known == profile_.schemas.end()) known = profile_.schemas.find(event);
    if (known != profile_.schemas.end()) schema = known->second.get();
  }
  const auto broken = [&](const std::string& why) {
    verdict_.broken.push_back("event `" + std::string(event) + "` from " + where(place) + ": " + why);
    return Failure{Reason::internal, "internal error"};
  };
  if (!schema) return broken("has no schema");
  const bool same_check = unchanged && rule_ && rule_->schema.get() == schema;
  if (!same_check) {
    json::View view;
    if (unchanged) {
      view = scope_.message->data;
    } else {
      const json::Limits limits{.max_bytes = std::size_t{64} << 20,
                                .max_depth = profile_.limits.json_depth + 16,
                                .max_nodes = profile_.limits.json_nodes * 2};
      if (auto parsed = scratch_.parse(data, limits); !parsed) return broken(parsed.failure().message);
      view = scratch_.root();
    }
    if (!schema->valid(view)) {
      const auto errors = schema->errors(view, 1);
      return broken(errors.empty() ? "does not match its schema"
                                   : errors[0].message + " at " + errors[0].instance + " (" + errors[0].schema + ")");
    }
  }
  ++verdict_.checked;
  return make_frame(*profile_.dialect, event, data);
}

Result<std::string> Outbound::data_with(const SendStep& step) {
  const dialect::Event* message = scope_.message;
  if (!message || !message->data.is_object()) {
    return Failure{Reason::invalid, "the data must be an object, because " + where(step.place) + " sets fields on it"};
  }
  std::string out = "{";
  json::members(message->data, message->data_bytes, [&](const json::Member& member) {
    const bool replaced =
        std::any_of(step.with.begin(), step.with.end(), [&](const auto& field) { return field.key == member.key; });
    if (!replaced) {
      if (out.size() > 1) out += ',';
      json::append_string(out, member.key);
      out.append(1, ':').append(member.bytes);
    }
    return true;
  });
  for (const auto& [key, shape] : step.with) {
    const std::size_t before = out.size();
    if (out.size() > 1) out += ',';
    json::append_string(out, key);
    out += ':';
    if (!append_json(out, shape, scope_)) out.resize(before);
  }
  out += '}';
  return out;
}

Result<void> Outbound::send_one(const SendStep& step, std::vector<Outgoing>& out) {
  std::vector<Topic> topics;
  for (const TopicText& to : step.to) {
    if (auto named = append_topics(topics, to, scope_); !named) return named;
  }
  if (topics.empty()) return {};
  const std::string renamed = step.as ? render_text(*step.as, scope_) : std::string();
  const std::string_view event = step.as ? std::string_view(renamed) : scope_.event;
  const bool unchanged = !step.data && step.with.empty() && scope_.message;
  std::string made;
  if (step.data) {
    made = payload(profile_, *step.data, scope_);
  } else if (!step.with.empty()) {
    auto data = data_with(step);
    if (!data) return data.failure();
    made = std::move(*data);
  } else if (!unchanged) {
    made = "null";
  }
  auto made_frame = frame(event, unchanged ? scope_.message->data_bytes : std::string_view(made), step.schema.get(),
                          false, unchanged, step.place);
  if (!made_frame) return made_frame.failure();
  Exchange::Sending sending;
  if (step.except_sender) sending.except = scope_.me->id();
  if (step.keep) {
    sending.is_kept = true;
    sending.keep = render_text(*step.keep, scope_);
    if (sending.keep.size() > kMaxTopicName)
      return Failure{Reason::invalid, "the key to keep is longer than 256 bytes"};
  }
  for (Topic& topic : topics) out.push_back({std::move(topic), *made_frame, sending});
  return {};
}

Result<void> Outbound::send(const SendStep& step, std::vector<Outgoing>& out) {
  if (!step.each) return send_one(step, out);
  const Value list = step.each->parts.empty() ? Value{} : scope_.find(step.each->parts[0].path);
  for (const Value& item : list.items()) {
    scope_.each = &item;
    auto sent = send_one(step, out);
    scope_.each = nullptr;
    if (!sent) return sent;
  }
  return {};
}

Result<FramePtr> Outbound::reply(const ReplyStep& step) {
  const std::string event = step.as ? render_text(*step.as, scope_) : std::string(scope_.event);
  const std::string data =
      step.data ? payload(profile_, *step.data, scope_) : std::string(profile_.dialect->json() ? "null" : "");
  return frame(event, data, step.schema.get(), true, false, step.place);
}

}  // namespace polygate::profile
