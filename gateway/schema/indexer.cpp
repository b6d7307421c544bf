#include "gateway/schema/indexer.h"

#include "gateway/schema/metaschemas.h"
#include "gateway/schema/sources.h"
#include "gateway/schema/uri.h"

namespace polygate::schema {
namespace {

std::optional<std::string_view> text_member(json::View value, std::string_view key) {
  const auto found = json::find(value, key);
  if (!found || !found->is_string()) return std::nullopt;
  return json::string(*found);
}

bool ignores_siblings(json::View value, const Dialect& dialect) {
  return dialect.draft == Draft::draft7 && text_member(value, "$ref").has_value();
}

}  // namespace

void Indexer::run() {
  schema(source_->document.root(), "", nullptr);
}

void Indexer::schema(json::View value, const std::string& pointer, Resource* resource) {
  resource = identify(value, pointer, resource);
  if (!value.is_object()) return;
  if (!ignores_siblings(value, resource->dialect)) anchors(value, pointer, *resource);
  for (const auto [key, held] : json::object(value)) {
    const Keyword* keyword = resource->dialect.find(key);
    if (keyword == nullptr) {
      unknown(resource->dialect, key, child(pointer, key));
    } else {
      children(held, child(pointer, key), resource, keyword->holds);
    }
  }
}

void Indexer::children(json::View value, const std::string& pointer, Resource* resource, Holds holds) {
  if (holds == Holds::schema || (holds == Holds::schema_or_schemas && !value.is_array())) {
    schema(value, pointer, resource);
  } else if ((holds == Holds::schemas || holds == Holds::schema_or_schemas) && value.is_array()) {
    std::size_t index = 0;
    for (const json::View item : json::array(value)) schema(item, child(pointer, index++), resource);
  } else if ((holds == Holds::named_schemas || holds == Holds::named_mixed) && value.is_object()) {
    for (const auto [key, item] : json::object(value)) {
      if (!item.is_array()) schema(item, child(pointer, key), resource);
    }
  }
}

Resource* Indexer::identify(json::View value, const std::string& pointer, Resource* parent) {
  const Dialect dialect = dialect_of(value, pointer, parent);
  const auto id = text_member(value, "$id");
  const bool named = id && !id->empty() && !id->starts_with('#') && !ignores_siblings(value, dialect);
  if (!named) return parent != nullptr ? parent : add_resource(source_->uri, pointer, dialect);
  if (dialect.draft == Draft::draft2020 && !uri::split(*id).fragment.empty()) {
    problems_.add(*source_, child(pointer, "$id"), "`$id` with a fragment; a name inside a schema is `$anchor`");
  }
  std::string target = uri::resolve(parent != nullptr ? parent->uri : source_->uri, *id);
  return add_resource(target.substr(0, target.find('#')), pointer, dialect);
}

Resource* Indexer::add_resource(std::string uri, const std::string& pointer, const Dialect& dialect) {
  auto resource = std::make_unique<Resource>();
  resource->number = sources_.next_resource_++;
  resource->uri = std::move(uri);
  resource->pointer = pointer;
  resource->dialect = dialect;
  Resource* added = resource.get();
  source_->resources[pointer] = std::move(resource);
  if (pointer.empty()) sources_.resources_.insert({source_->uri, {source_, added}});
  const auto [known, fresh] = sources_.resources_.insert({added->uri, {source_, added}});
  if (!fresh && known->second.resource != added) {
    problems_.add(*source_, pointer.empty() ? "/$id" : child(pointer, "$id"),
                  "`" + added->uri + "` is already the `$id` of a schema in " + known->second.source->name);
  }
  return added;
}

Dialect Indexer::dialect_of(json::View value, const std::string& pointer, const Resource* parent) {
  Dialect inherited;
  inherited.draft = sources_.options_.draft;
  inherited.metaschema = inherited.draft == Draft::draft7 ? kDraft7 : kDraft2020;
  if (parent != nullptr) inherited = parent->dialect;
  const auto chosen = text_member(value, "$schema");
  if (!chosen || (parent != nullptr && !text_member(value, "$id"))) return inherited;
  const auto dialect = sources_.dialect(std::string(*chosen), problems_);
  if (dialect) return *dialect;
  problems_.add(*source_, child(pointer, "$schema"), dialect.failure().message);
  return inherited;
}

void Indexer::anchors(json::View value, const std::string& pointer, Resource& resource) {
  if (resource.dialect.draft == Draft::draft7) {
    const auto id = text_member(value, "$id");
    if (id && id->size() > 1 && id->starts_with('#')) anchor(resource, "$id", id->substr(1), pointer);
    return;
  }
  if (const auto name = text_member(value, "$anchor")) anchor(resource, "$anchor", *name, pointer);
  if (const auto name = text_member(value, "$dynamicAnchor")) {
    anchor(resource, "$dynamicAnchor", *name, pointer);
    resource.dynamic_anchors[std::string(*name)] = pointer;
  }
}

void Indexer::anchor(Resource& resource, std::string_view keyword, std::string_view name, const std::string& pointer) {
  const auto [known, fresh] = resource.anchors.insert({std::string(name), pointer});
  if (!fresh && known->second != pointer) {
    problems_.add(*source_, child(pointer, keyword), "the anchor `" + std::string(name) + "` is already in use");
  }
}

void Indexer::unknown(const Dialect& dialect, std::string_view key, const std::string& pointer) {
  if (sources_.options_.unknown_keywords == Options::Unknown::ignore || source_->published || key.starts_with("x-"))
    return;
  problems_.add(*source_, pointer, "unknown keyword `" + std::string(key) + "`", did_you_mean(key, dialect.names()));
}

}  // namespace polygate::schema
