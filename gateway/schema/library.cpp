#include "gateway/schema/library.h"

#include <utility>

#include "gateway/schema/compiler.h"
#include "gateway/schema/problems.h"

namespace polygate::schema {

Library::Library(std::filesystem::path folder, Options options)
    : options_(options), sources_(std::move(folder), options_) {}

std::shared_ptr<const Schema> Library::compile(const std::string& file, const std::string& pointer,
                                               Diagnostics& diagnostics) {
  Problems problems(diagnostics, told_);
  const auto source = sources_.file(file, problems);
  if (source == nullptr) return nullptr;
  return compile(source, pointer.starts_with('#') ? pointer : '#' + pointer, problems);
}

std::shared_ptr<const Schema> Library::compile_text(std::string_view name, std::string_view json,
                                                    Diagnostics& diagnostics) {
  Problems problems(diagnostics, told_);
  return compile(sources_.text(name, json, problems), "#", problems);
}

std::shared_ptr<const Schema> Library::compile(const std::shared_ptr<Source>& source, std::string_view reference,
                                               Problems& problems) {
  if (source->broken || !check(*source, problems)) return nullptr;
  const auto root = sources_.resolve(*source, "", reference, problems);
  if (!root) {
    problems.add(*source, "", root.failure().message);
    return nullptr;
  }
  auto program = Compiler(sources_, options_, problems).run(*root);
  if (program == nullptr) return nullptr;
  // What the schema refers to must be a schema too.
  bool fine = true;
  for (const auto& used : program->sources) fine = check(*used, problems) && fine;
  return fine ? std::make_shared<const Schema>(std::move(program)) : nullptr;
}

std::vector<std::string> Library::definitions(const std::string& file, Diagnostics& diagnostics) {
  Problems problems(diagnostics, told_);
  std::vector<std::string> names;
  const auto source = sources_.file(file, problems);
  if (source == nullptr || source->broken) return names;
  for (const char* keyword : {"$defs", "definitions"}) {
    const auto map = json::find(source->document.root(), keyword);
    if (!map || !map->is_object()) continue;
    for (const auto [key, value] : json::object(*map)) names.emplace_back(key);
  }
  return names;
}

bool Library::check(const Source& source, Problems& problems) {
  if (source.published) return true;
  const auto [known, fresh] = checked_.insert({&source, true});
  if (!fresh) return known->second;
  const Schema* metaschema = this->metaschema(source.resource_of("").dialect.metaschema, problems);
  if (metaschema == nullptr) return true;
  for (const Error& error : metaschema->errors(source.document.root())) {
    known->second = false;
    problems.add(source, error.instance, error.message);
  }
  return known->second;
}

const Schema* Library::metaschema(const std::string& uri, Problems& problems) {
  if (const auto known = metaschemas_.find(uri); known != metaschemas_.end()) return known->second.get();
  Options annotating = options_;  // a bad pattern or URI is told by what uses it
  annotating.assert_format = false;
  std::shared_ptr<const Schema> made;
  if (const auto location = sources_.find(uri, problems)) {
    if (auto program = Compiler(sources_, annotating, problems).run(*location)) {
      made = std::make_shared<const Schema>(std::move(program));
    }
  }
  return (metaschemas_[uri] = made).get();
}

}  // namespace polygate::schema
