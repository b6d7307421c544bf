#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/schema/options.h"
#include "gateway/schema/problems.h"
#include "gateway/schema/source.h"

namespace polygate::schema {

/// A schema in a document: where a reference leads.
struct Location {
  std::shared_ptr<Source> source;
  std::string pointer;
  json::View value;
  std::string dynamic_anchor;  ///< its name, when the reference went through one

  const Resource& resource() const { return source->resource_of(pointer); }
};

/// The documents that a Library knows: files of one folder, the published metaschemas, and texts that were offered.
/// Nothing else is read: no network, no path out of the folder (also not through a symbolic link).
class Sources {
 public:
  Sources(std::filesystem::path folder, const Options& options);

  /// The file at a path relative to the folder; nullptr after telling why.
  std::shared_ptr<Source> file(const std::string& path, Problems& problems);
  /// A text with a name of its own; nullptr after telling why.
  std::shared_ptr<Source> text(std::string_view name, std::string_view text, Problems& problems);
  /// A document that references may name by its URI; read when one does.
  void offer(std::string uri, std::string text) { offered_[std::move(uri)] = std::move(text); }

  /// Where `reference`, found in the schema at `pointer` of `from`, leads.
  Result<Location> resolve(const Source& from, std::string_view pointer, std::string_view reference,
                           Problems& problems);
  /// The schema at a URI without a fragment.
  Result<Location> find(const std::string& uri, Problems& problems);

 private:
  struct Found {
    std::shared_ptr<Source> source;
    const Resource* resource;
  };

  Result<std::shared_ptr<Source>> read_file(const std::string& path, Problems& problems);
  Result<Found> load(const std::string& uri, Problems& problems);
  Result<Found> load_sibling(const Source& from, std::string_view reference, Problems& problems);
  std::shared_ptr<Source> add(std::string name, std::string uri, std::string_view text, Problems& problems,
                              bool published = false);
  Result<Dialect> dialect(const std::string& metaschema, Problems& problems);
  Result<Dialect> custom_dialect(const std::string& metaschema, Problems& problems);

  std::filesystem::path folder_;
  Options options_;
  std::map<std::string, std::string> offered_;
  std::map<std::string, std::shared_ptr<Source>> read_;  // by the URI where it was found
  std::map<std::string, Found> resources_;               // by URI
  std::set<std::string> reading_;                        // metaschemas
  std::uint32_t next_resource_ = 0;

  friend class Indexer;
};

}  // namespace polygate::schema
