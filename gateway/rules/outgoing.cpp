#include "gateway/rules/outgoing.h"

#include <algorithm>
#include <utility>

#include "gateway/base/json_text.h"
#include "gateway/dialect/polyglot.h"
#include "gateway/rules/merging.h"
#include "gateway/rules/render.h"

namespace polygate::rules {
namespace {

std::string where(const Place& place) {
  return place.file + ':' + std::to_string(place.line);
}

/// JSON text of a shape, or the raw bytes that it names in a dialect without JSON.
std::string payload(const profile::Profile& profile, const profile::Shape& shape, Scope& scope) {
  std::string out;
  if (!profile.dialect->traits().json) {
    append_text(out, shape.text, scope);
  } else if (!append_json(out, shape, scope)) {
    out = "null";
  }
  return out;
}

/// A message that is one path is not said where that is absent.
bool is_unsaid(const profile::Shape& message, Scope& scope) {
  return message.kind == profile::Shape::Kind::text && message.text.is_one_path() &&
         scope.find(message.text.parts[0].path).kind == Value::Kind::absent;
}

/// What speaks of a result that breaks its definition; the verdict has it.
Failure unsayable() {
  return {Reason::internal, "internal error"};
}

/// Does each message bear a name, by which a client that comes back tells what it heard last?
bool names_messages(const profile::Profile& profile) {
  return profile.engine.recovery.within.count() > 0;
}

}  // namespace

FramePtr frame_for_all(const profile::Profile& profile, std::string_view event, const dialect::Content& content,
                       std::string_view question) {
  const dialect::Manner manner{question, names_messages(profile)};
  if (profile.other_dialects.empty()) return profile.dialect->say(event, content, manner);
  std::vector<const dialect::Dialect*> all = {profile.dialect.get()};
  for (const auto& other : profile.other_dialects) all.push_back(other.get());
  return std::make_shared<const Frame>(
      std::make_unique<const dialect::Polyglot>(std::move(all), event, content, manner));
}

json::Limits limits_of_outgoing(const profile::Profile& profile) {
  return {.max_bytes = std::size_t{64} << 20,
          .max_depth = profile.limits.json_depth + 16,
          .max_nodes = profile.limits.json_nodes * 2};
}

/// `$defs/E.<way>` where that exists, else `$defs/E`, each with `.args` for arguments: as check() finds it where the
/// event's name is known before anything runs.
const schema::Schema* Outbound::definition(std::string_view event, std::string_view way, bool arguments) const {
  const std::string_view args = arguments ? ".args" : "";
  auto known = profile_.schemas.find(std::string(event).append(way).append(args));
  if (known == profile_.schemas.end()) known = profile_.schemas.find(std::string(event).append(args));
  return known == profile_.schemas.end() ? nullptr : known->second.get();
}

/// Holds what would go out against its schema; a failure is our own fault, and is told as such.
Result<void> Outbound::check(std::string_view event, const Content& content, const schema::Schema* schema,
                             const Place& place) {
  ++verdict_.outgoing;
  if (!profile_.dialect->traits().json) {
    ++verdict_.checked;
    return {};
  }
  const auto broken = [&](const std::string& why) {
    verdict_.broken.push_back("event `" + std::string(event) + "` from " + where(place) + ": " + why);
    return Failure{Reason::internal, "internal error"};
  };
  if (!schema) return broken("has no schema");
  const bool same_check =
      content.unchanged && rule_ && (content.arguments ? rule_->args_schema : rule_->schema).get() == schema;
  if (!same_check) {
    json::View view;
    if (content.unchanged && !content.arguments && scope_.message != nullptr) {
      view = scope_.message->data;
    } else {
      const json::Limits limits = limits_of_outgoing(profile_);
      auto parsed = content.arguments ? scratch_.parse('[' + std::string(content.text) + ']', limits)
                                      : scratch_.parse(content.text, limits);
      if (!parsed) return broken(parsed.failure().message);
      view = scratch_.root();
    }
    if (!schema->valid(view)) {
      const auto errors = schema->errors(view, 1);
      return broken(errors.empty() ? "does not match its schema"
                                   : errors[0].message + " at " + errors[0].instance + " (" + errors[0].schema + ")");
    }
  }
  ++verdict_.checked;
  return {};
}

FramePtr Outbound::frame_for_sender(std::string_view event, const Content& content) const {
  return profile_.dialect_at(scope_.me->dialect()).say(event, said(content), {{}, names_messages(profile_)});
}

FramePtr Outbound::ack_frame(const Content& content) const {
  return profile_.dialect_at(scope_.me->dialect()).acknowledge(*scope_.message->ack, said(content));
}

dialect::Content Outbound::said(const Content& content) const {
  return {content.text, content.arguments, content.unchanged,
          scope_.message ? scope_.message->attachments : dialect::Attachments(), content.whole};
}

Result<Outbound::Content> Outbound::content_of(const std::optional<profile::Shape>& data,
                                               const std::optional<profile::Shape>& args, const Place& place) {
  Content content;
  const auto is_whole = [&](const std::optional<profile::Shape>& shape, profile::Root root) {
    return shape && scope_.message && profile_.dialect->traits().json && scope_.message->is_read() &&
           shape->kind == profile::Shape::Kind::text && shape->text.is_whole(root);
  };
  if (is_whole(args, profile::Root::args)) {
    content.arguments = content.unchanged = true;
    content.text = scope_.message->argument_bytes;
  } else if (is_whole(data, profile::Root::data) && scope_.message->arguments <= 1) {
    content.unchanged = true;
    content.text = scope_.message->data_bytes;
  } else if (args) {
    content.arguments = true;
    if (!append_json(content.made, *args, scope_)) content.made = "[]";
    const std::string_view text = json::trimmed(content.made);
    if (!text.starts_with('[')) {
      return Failure{Reason::invalid, "the `args` in " + where(place) + " are no list"};
    }
    content.made = json::trimmed(text.substr(1, text.size() - 2));
  } else if (data) {
    content.made = payload(profile_, *data, scope_);
  } else {
    content.made = profile_.dialect->traits().json ? "null" : "";
  }
  return content;
}

Result<std::string> Outbound::data_with(const profile::SendStep& step) {
  const dialect::Event* message = scope_.message;
  if (!message || !message->is_read() || !message->data.is_object()) {
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

Result<void> Outbound::send_one(const profile::SendStep& step, Exchange::Batch& out) {
  static_cast<void>(scope_.misses_result());
  std::vector<Topic> topics;
  topics.reserve(step.to.size());
  for (const profile::TopicText& to : step.to) {
    if (to.need != 0 && to.need == scope_.needed_by) {
      topics.push_back(std::move(scope_.needed));
      scope_.needed_by = 0;
      continue;
    }
    if (auto named = append_topics(topics, to, scope_); !named) return named;
  }
  if (topics.empty() || (step.is_message && is_unsaid(*step.data, scope_))) return {};
  const std::string renamed = step.as ? render_text(*step.as, scope_) : std::string();
  const std::string_view event = step.as ? std::string_view(renamed) : scope_.event;
  Content content;
  if (step.data || step.args) {
    auto made = content_of(step.data, step.args, step.place);
    if (!made) return made.failure();
    content = std::move(*made);
  } else if (!step.with.empty()) {
    auto data = data_with(step);
    if (!data) return data.failure();
    content.made = std::move(*data);
  } else if (scope_.message) {
    content.unchanged = true;
    content.arguments = step.forwards_args;
    content.text = step.forwards_args ? scope_.message->argument_bytes : scope_.message->data_bytes;
  } else {
    content.made = "null";
  }
  if (scope_.misses_result()) return unsayable();
  if (!content.unchanged) content.text = content.made;
  content.whole = step.is_message;
  const schema::Schema* schema = step.schema ? step.schema.get() : definition(event, ".send", content.arguments);
  if (auto good = check(event, content, schema, step.place); !good) return good;
  Exchange::Sending sending;
  sending.frame = frame_for_all(profile_, event, said(content), step.ack);
  if (step.except_sender) sending.except = scope_.me->id();
  // A key that no message can stay under is nothing to forget.
  for (const profile::Text& key : step.forget) sending.forget.push_back(render_text(key, scope_));
  if (step.keep) {
    auto keep = this->keep(*step.keep, event, content, schema);
    if (!keep) return keep.failure();
    sending.keep = std::move(*keep);
  }
  if (scope_.misses_result()) return unsayable();
  for (std::size_t i = 0; i + 1 < topics.size(); ++i) {
    out.push_back(sending);
    out.back().topic = std::move(topics[i]);
  }
  sending.topic = std::move(topics.back());
  out.push_back(std::move(sending));
  return {};
}

Result<Keep> Outbound::keep(const profile::KeepStep& step, std::string_view event, const Content& content,
                            const schema::Schema* schema) {
  Keep keep{render_text(step.key, scope_), step.lasts, profile_.limits.kept_per_topic, profile_.limits.kept_bytes,
            step.refuses};
  if (keep.key.size() > kMaxTopicName) return Failure{Reason::invalid, "the key to keep is longer than 256 bytes"};
  if (step.merge) {
    keep.merging = std::make_shared<const DataMerging>(profile_, event, content.text, content.whole, schema);
  } else if ((profile_.merges || profile_.recalls) && !content.arguments) {
    keep.data = std::make_shared<const std::string>(content.text);
  }
  return keep;
}

Result<void> Outbound::send(const profile::SendStep& step, Exchange::Batch& out) {
  if (!step.each) return send_one(step, out);
  const Value list = step.each->parts.empty() ? Value{} : scope_.find(step.each->parts[0].path);
  Result<void> all;
  for (const Value& item : list.items()) {
    scope_.each = &item;
    auto sent = send_one(step, out);
    scope_.each = nullptr;
    if (!sent && all) all = sent;
  }
  return all;
}

Result<void> Outbound::reply(const profile::ReplyStep& step, std::vector<FramePtr>& out) {
  static_cast<void>(scope_.misses_result());
  const bool asked = scope_.message && scope_.message->ack;
  const bool acknowledges = step.ack != profile::ReplyStep::Ack::no && asked && !acknowledged_;
  if (step.ack == profile::ReplyStep::Ack::only && !acknowledges) return {};
  if (step.is_message && is_unsaid(*step.data, scope_)) {
    return scope_.misses_result() ? Result<void>(unsayable()) : Result<void>();
  }
  auto content = content_of(step.data, step.args, step.place);
  if (!content) return content.failure();
  if (!content->unchanged) content->text = content->made;
  content->whole = step.is_message;
  const bool only = step.ack == profile::ReplyStep::Ack::only;
  const std::string event = step.as ? render_text(*step.as, scope_) : std::string(scope_.event);
  if (scope_.misses_result()) return unsayable();
  const schema::Schema* schema =
      step.schema ? step.schema.get() : definition(event, only ? ".ack" : ".reply", content->arguments);
  if (auto good = check(event, *content, schema, step.place); !good) return good;
  if (!only) out.push_back(frame_for_sender(event, *content));
  if (acknowledges) {
    const auto own =
        only ? profile_.schemas.end()
             : profile_.schemas.find(std::string(scope_.event) + (content->arguments ? ".ack.args" : ".ack"));
    if (own != profile_.schemas.end()) {
      if (auto good = check(scope_.event, *content, own->second.get(), step.place); !good) return good;
    }
    out.push_back(ack_frame(*content));
    acknowledged_ = true;
  }
  return {};
}

void Outbound::acknowledge(std::vector<FramePtr>& out) {
  if (!scope_.message || !scope_.message->ack || std::exchange(acknowledged_, true)) return;
  Content nothing;
  nothing.arguments = true;
  out.push_back(ack_frame(nothing));
}

}  // namespace polygate::rules
