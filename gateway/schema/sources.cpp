#include "gateway/schema/sources.h"

#include <fstream>
#include <iterator>
#include <system_error>

#include "gateway/schema/indexer.h"
#include "gateway/schema/metaschemas.h"
#include "gateway/schema/uri.h"

namespace polygate::schema {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolder = "schema-folder:/";  // the base URI of files, never seen by users
constexpr json::Limits kLimits = {std::size_t{4} << 20, 128, 200'000};

/// The URI of a file in the folder.
std::string file_uri(std::string_view path) {
  std::string out(kFolder);
  for (const char c : path) {
    if (c == '%' || c == '#' || c == '?') {
      out += c == '%' ? "%25" : c == '#' ? "%23" : "%3F";
    } else {
      out += c;
    }
  }
  return out;
}

bool is_folder_uri(std::string_view uri) {
  return uri.starts_with(kFolder) && !uri.substr(kFolder.size()).starts_with('/');
}

std::string without_fragment(std::string_view uri) {
  return std::string(uri.substr(0, uri.find('#')));
}

/// Does a relative path stay below where it starts, all its `..` resolved?
bool stays_inside(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  return !normal.empty() && !normal.is_absolute() && *normal.begin() != "..";
}

Failure not_here(std::string_view what, std::string_view why) {
  return {Reason::malformed, "`" + std::string(what) + "` " + std::string(why)};
}

/// Resolving a URI cuts off what climbs above the root: that must be told, not be taken for another file.
Result<void> stays_in_folder(std::string_view base, std::string_view reference) {
  const uri::Parts parts = uri::split(reference);
  if (parts.has_scheme || parts.has_authority || parts.path.empty()) return {};
  if (parts.path.starts_with('/')) return not_here(reference, "is an absolute path; write it relative to this file");
  const fs::path folder = fs::path(base.substr(kFolder.size())).parent_path();
  if (!stays_inside(folder / uri::unescape(parts.path))) return not_here(reference, "leads out of the schema folder");
  return {};
}

}  // namespace

Sources::Sources(fs::path folder, const Options& options) : folder_(std::move(folder)), options_(options) {}

Result<std::shared_ptr<Source>> Sources::read_file(const std::string& path, Problems& problems) {
  const std::string uri = file_uri(path);
  if (const auto known = read_.find(uri); known != read_.end()) return known->second;
  if (path.find('\0') != std::string::npos || !stays_inside(path)) {
    return not_here(path, "leads out of the schema folder");
  }
  std::error_code error;
  const fs::path home = fs::canonical(folder_, error);
  if (error) return not_here(folder_.string(), "is not a folder that can be read");
  const fs::path file = fs::canonical(home / path, error);
  if (error || !fs::is_regular_file(file, error)) return not_here(path, "is not a file in the schema folder");
  if (!stays_inside(file.lexically_relative(home))) return not_here(path, "is a link out of the schema folder");
  if (fs::file_size(file, error) > kLimits.max_bytes || error) return not_here(path, "is larger than 4 MiB");
  std::ifstream in(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) return not_here(path, "cannot be read");
  return add(path, uri, text, problems);
}

std::shared_ptr<Source> Sources::file(const std::string& path, Problems& problems) {
  const auto source = read_file(path, problems);
  if (!source) problems.add(path, source.failure().message);
  return source ? *source : nullptr;
}

std::shared_ptr<Source> Sources::text(std::string_view name, std::string_view text, Problems& problems) {
  const std::string uri = file_uri(name);
  if (const auto known = read_.find(uri); known != read_.end()) {
    std::erase_if(resources_, [&](const auto& entry) { return entry.second.source == known->second; });
  }
  return add(std::string(name), uri, text, problems);
}

std::shared_ptr<Source> Sources::add(std::string name, std::string uri, std::string_view text, Problems& problems,
                                     bool published) {
  auto source = std::make_shared<Source>();
  source->name = std::move(name);
  source->uri = std::move(uri);
  source->text = text;
  source->published = published;
  read_[source->uri] = source;
  const std::size_t before = problems.count();
  if (const auto parsed = source->document.parse(text, kLimits); !parsed) {
    problems.add(source->name, parsed.failure().message);
    source->broken = true;
    return source;
  }
  Indexer(*this, source, problems).run();
  source->broken = problems.count() > before;
  return source;
}

Result<Sources::Found> Sources::load(const std::string& uri, Problems& problems) {
  if (const auto known = resources_.find(uri); known != resources_.end()) return known->second;
  std::shared_ptr<Source> source;
  for (const Metaschema& metaschema : metaschemas()) {
    if (metaschema.uri == uri) source = add(uri, uri, metaschema.text, problems, true);
  }
  if (const auto offered = offered_.find(uri); !source && offered != offered_.end()) {
    source = add(uri, uri, offered->second, problems);
  }
  if (!source && is_folder_uri(uri)) {
    auto file = read_file(uri::unescape(std::string_view(uri).substr(kFolder.size())), problems);
    if (!file) return file.failure();
    source = *file;
  }
  if (!source) return not_here(uri, "is not in the schema folder, and nothing is fetched from elsewhere");
  if (source->broken && source->resources.empty()) return not_here(source->name, "has problems of its own");
  return Found{source, &source->resource_of("")};
}

/// A relative reference in a file whose `$id` gives it another base still finds the file beside it.
Result<Sources::Found> Sources::load_sibling(const Source& from, std::string_view reference, Problems& problems) {
  const uri::Parts parts = uri::split(reference);
  if (parts.has_scheme || parts.has_authority || !is_folder_uri(from.uri)) return not_here(reference, "is no file");
  if (auto fine = stays_in_folder(from.uri, reference); !fine) return fine.failure();
  return load(without_fragment(uri::resolve(from.uri, reference)), problems);
}

Result<Location> Sources::resolve(const Source& from, std::string_view pointer, std::string_view reference,
                                  Problems& problems) {
  const uri::Parts parts = uri::split(reference);
  const Resource& base = from.resource_of(pointer);
  if (is_folder_uri(base.uri)) {
    if (auto fine = stays_in_folder(base.uri, reference); !fine) return fine.failure();
  }
  const std::string target = uri::resolve(base.uri, reference);
  auto found = load(without_fragment(target), problems);
  if (!found) {
    if (auto sibling = load_sibling(from, reference, problems)) found = std::move(sibling);
  }
  if (!found) return found.failure();
  Location location{found->source, found->resource->pointer, found->source->document.root(), {}};
  const std::string fragment = uri::unescape(parts.fragment);
  if (fragment.starts_with('/')) {
    location.pointer += normal_pointer(fragment);
  } else if (!fragment.empty()) {
    const Resource& resource = *found->resource;
    const auto anchor = resource.anchors.find(fragment);
    if (anchor == resource.anchors.end()) return not_here(reference, "names an anchor that does not exist");
    location.pointer = anchor->second;
    if (resource.dynamic_anchors.contains(fragment)) location.dynamic_anchor = fragment;
  }
  const auto value = found->source->at(location.pointer);
  if (!value) return not_here(reference, "does not exist");
  location.value = *value;
  return location;
}

Result<Location> Sources::find(const std::string& uri, Problems& problems) {
  auto found = load(uri, problems);
  if (!found) return found.failure();
  const std::string& pointer = found->resource->pointer;
  return Location{found->source, pointer, *found->source->at(pointer), {}};
}

Result<Dialect> Sources::dialect(const std::string& schema, Problems& problems) {
  const std::string metaschema = without_fragment(schema);
  Dialect out;
  out.metaschema = metaschema;
  if (metaschema == kDraft2020) return out;
  out.draft = Draft::draft7;
  if (metaschema == kDraft7) return out;
  if (!reading_.insert(metaschema).second) return not_here(metaschema, "describes itself");
  auto custom = custom_dialect(metaschema, problems);
  reading_.erase(metaschema);
  return custom;
}

Result<Dialect> Sources::custom_dialect(const std::string& metaschema, Problems& problems) {
  static constexpr std::string_view kVocabulary = "https://json-schema.org/draft/2020-12/vocab/";
  const auto found = load(metaschema, problems);
  if (!found) {
    return not_here(metaschema, "is not a known draft; use " + std::string(kDraft2020) + " or " + std::string(kDraft7));
  }
  Dialect out = found->resource->dialect;
  out.metaschema = metaschema;
  const auto vocabularies = json::find(*found->source->at(found->resource->pointer), "$vocabulary");
  if (!vocabularies || !vocabularies->is_object()) return out;
  out.applicator = out.unevaluated = out.validation = false;
  for (const auto [key, required] : json::object(*vocabularies)) {
    std::string_view name = key;
    if (name.starts_with(kVocabulary)) name.remove_prefix(kVocabulary.size());
    if (name == "applicator") out.applicator = true;
    if (name == "unevaluated") out.unevaluated = true;
    if (name == "validation") out.validation = true;
    if (name == "format-assertion") out.format_assertion = true;
    if (name == key && required.is_bool() && required.get_bool().value_unsafe()) {
      return not_here(key, "is a vocabulary that " + metaschema + " requires and that is not known here");
    }
  }
  return out;
}

}  // namespace polygate::schema
